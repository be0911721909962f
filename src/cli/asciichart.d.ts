declare module "asciichart" {
  export interface Config {
    min?: number;
    max?: number;
    height?: number;
    offset?: number;
    format?: (value: number, row: number) => string;
  }
  export function plot(series: readonly number[], config?: Config): string;
}

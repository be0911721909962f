export const models: Readonly<Record<string, (x: number, parameters: ArrayLike<number>) => number>>;

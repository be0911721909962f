export function trainReport(_: unknown): string { return ""; }

export function searchReport(_: unknown): string { return ""; }

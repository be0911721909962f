/** One sign a colour, so that trails are told apart without it too. */
export const SIGNS = ["●", "■", "▲", "◆", "✚", "▼", "★", "⬣"];
export const COLOURS = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"];

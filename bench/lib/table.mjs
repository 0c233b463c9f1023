export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

export function row(title, cells) {
  return title.padEnd(16) + cells.map((cell) => cell.padStart(8)).join("");
}

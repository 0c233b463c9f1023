import type { Run, Screen } from "./screen.js";

const cell = { width: 8.4, height: 20 };
const margin = 16;
const fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
/** The first eight colours of a terminal, and the same again for its bright ones. */
const colors = ["#6e7681", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#e6edf3"];

/**
 * A terminal's screen as an SVG. Text stays text; a token, which lets in nobody any more, is
 * shortened.
 */
export function drawScreen({ columns, lines }: Screen, title: string): string {
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = Math.ceil(lines.length * cell.height + 2 * margin);
  const text = lines.map(drawLine).filter(Boolean).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="${fonts}" font-size="14" fill="#e6edf3">
${text}
</g>
</svg>
`;
}

function drawLine(runs: readonly Run[], row: number): string {
  const y = margin + (row + 0.75) * cell.height;
  let column = 0;
  let elements = "";
  for (const run of runs) {
    // Viewers draw several spaces as one, so what lies between them is placed by itself.
    for (const { 0: words, index } of run.text.matchAll(/\S+(?: \S+)*/g)) {
      const text = words.replace(/(token=[0-9a-f]{8})[0-9a-f]+/g, "$1…");
      const x = (margin + (column + index) * cell.width).toFixed(1);
      // A length holds the columns, whatever font the viewer has.
      const length = (text.length * cell.width).toFixed(1);
      elements += `<text x="${x}" y="${y}" textLength="${length}"${look(run)}>${escaped(text)}</text>`;
    }
    column += run.text.length;
  }
  return elements;
}

function look({ bold, dim, color }: Run): string {
  const fill = color === undefined ? "" : ` fill="${colors[color % 8]}"`;
  return `${fill}${bold ? ' font-weight="bold"' : ""}${dim ? ' opacity="0.6"' : ""}`;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Seconds after which a browser looks again. */
const lookAgain = 5;

/**
 * The whole HTTP answer while no tunnel leads to the notebook. It says nothing that another user of
 * this machine must not see. Pure.
 */
export function waitingAnswer(why: string): string {
  const page = `<!doctype html>
<meta charset="utf-8"><meta http-equiv="refresh" content="${lookAgain}">
<title>No way to the notebook</title>
<h1>No way to the notebook at the moment</h1>
<p>${escapeHtml(why)}</p>
<p><code>hpcnb status</code> says more, and <code>hpcnb connect</code> opens the tunnel again.</p>
`;
  return [
    "HTTP/1.1 503 Service Unavailable",
    "Content-Type: text/html; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(page)}`,
    `Retry-After: ${lookAgain}`,
    "Cache-Control: no-store",
    "Connection: close",
    "",
    page,
  ].join("\r\n");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A browser looks again after this. */
const lookAgainSeconds = 5;

const again =
  "<p><code>hpcnb open</code> opens another one, and <code>hpcnb connect</code> prints the notebook's URL.</p>";

const answers = {
  used: ["410 Gone", "This address was used already", `<p>It lets one browser in, once.</p>${again}`],
  expired: ["410 Gone", "This address is too old", `<p>It lets a browser in within a minute.</p>${again}`],
  unknown: ["404 Not Found", "This address is not known here", again],
  stranger: ["403 Forbidden", "This address is another user's", "<p>It lets in who has asked for it.</p>"],
  failed: ["503 Service Unavailable", "The notebook did not let you in", again],
} as const;

/**
 * The whole HTTP answer while no tunnel leads to the notebook. It says nothing that another user of
 * this machine must not see. Pure.
 */
export function waitingAnswer(why: string): string {
  const text = `<p>${escapeHtml(why)}</p>
<p><code>hpcnb status</code> says more, and <code>hpcnb connect</code> opens the tunnel again.</p>`;
  return answerOf({
    status: "503 Service Unavailable",
    headers: [`Retry-After: ${lookAgainSeconds}`],
    page: page("No way to the notebook", text, `<meta http-equiv="refresh" content="${lookAgainSeconds}">`),
  });
}

/** The whole HTTP answer to somebody who comes with a one-time address, and is not let in. Pure. */
export function answerWith(what: keyof typeof answers, why = ""): string {
  const [status, title, text] = answers[what];
  return answerOf({ status, headers: [], page: page(title, why === "" ? text : `<p>${escapeHtml(why)}</p>${text}`) });
}

/**
 * The whole HTTP answer that leads on to a page of the notebook's, with the cookies of a login.
 * Pure.
 */
export function loginAnswer(path: string, cookies: readonly string[]): string {
  const headers = [`Location: ${path}`, ...cookies.map((cookie) => `Set-Cookie: ${cookie}`)];
  return answerOf({ status: "303 See Other", headers, page: "" });
}

function page(title: string, text: string, more = ""): string {
  return `<!doctype html>
<meta charset="utf-8">${more}
<title>${title}</title>
<h1>${title}</h1>
${text}
`;
}

function answerOf(answer: {
  readonly status: string;
  readonly headers: readonly string[];
  readonly page: string;
}): string {
  return [
    `HTTP/1.1 ${answer.status}`,
    ...answer.headers,
    "Content-Type: text/html; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(answer.page)}`,
    "Cache-Control: no-store",
    "Referrer-Policy: no-referrer",
    "Connection: close",
    "",
    answer.page,
  ].join("\r\n");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * The environment of an ordinary user. What a site or a service sets for Node (NODE_EXTRA_CA_CERTS
 * adds some 50 ms to a bare Node) would be counted on both sides, and would hide what hpcnb costs.
 */
export function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_|SSL_CERT_)/.test(name)));
}

/** Takes the rest away from this process, for what starts programs by itself. */
export function cleanThisEnvironment() {
  const clean = cleanEnvironment();
  for (const name of Object.keys(process.env)) if (!(name in clean)) delete process.env[name];
}

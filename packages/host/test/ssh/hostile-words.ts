/**
 * What a record on a host, or a session file of somebody else, may try to bring into a command line
 * or a configuration.
 */
export const hostile = [
  "a\nProxyCommand touch /tmp/x",
  "a\rProxyCommand touch /tmp/x",
  `x'$(touch$${"{IFS}"}/tmp/y)'`,
  "x`id`",
  "x;id",
  "x|id",
  'x"y',
  "x y",
  "-oProxyCommand=id",
  "x%h",
  `$${"{HOME}"}x`,
  "x\u0000",
  "x\u001b]0;t\u0007",
  "x\u2028y",
  "x\u202ey",
  "",
];

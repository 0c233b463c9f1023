import { generateKeyPairSync } from "node:crypto";
import type { TlsIdentity, TunnelKeys } from "@hpcnb/core";

const dayMs = 24 * 3_600_000;
/** Clocks of hosts differ. */
const earlierMs = dayMs;
/** Longer than any job runs. The keys go with the files of their run. */
const laterMs = 3650 * dayMs;

/** New keys for a run: EC P-256, each in a certificate that it has signed itself. */
export async function makeTunnelKeys(): Promise<TunnelKeys> {
  const [notebook, keeper] = await Promise.all([makeIdentity("hpcnb notebook"), makeIdentity("hpcnb keeper")]);
  return { notebook, keeper };
}

async function makeIdentity(name: string): Promise<TlsIdentity> {
  // Only who starts a run needs what it takes to write certificates.
  const { selfSigned } = await import("./certificate.js");
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const dates = { notBefore: new Date(now - earlierMs), notAfter: new Date(now + laterMs) };
  return {
    certificate: pem("CERTIFICATE", selfSigned({ name, ...pair, ...dates })),
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type { TlsIdentity, TunnelKeys } from "@hpcnb/core";

const dayMs = 24 * 3_600_000;
/** Clocks of hosts differ. */
const earlierMs = dayMs;
/** Longer than any job runs. The keys go with the files of their run. */
const laterMs = 3650 * dayMs;

/** See RFC 5758, section 3.2, and RFC 5280, appendix A.1. */
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";
const commonName = "2.5.4.3";

/** New keys for a run: EC P-256, each in a certificate that it has signed itself. */
export async function makeTunnelKeys(): Promise<TunnelKeys> {
  const [notebook, keeper] = await Promise.all([makeIdentity("hpcnb notebook"), makeIdentity("hpcnb keeper")]);
  return { notebook, keeper };
}

async function makeIdentity(name: string): Promise<TlsIdentity> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    certificate: pem("CERTIFICATE", await selfSigned(name, privateKey, publicKey)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A certificate by RFC 5280. It makes nobody an authority for others. */
async function selfSigned(name: string, privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  const [{ AsnConvert, OctetString }, x509] = await Promise.all([
    import("@peculiar/asn1-schema"),
    import("@peculiar/asn1-x509"),
  ]);
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const value = new x509.AttributeValue({ utf8String: name });
  const subject = new x509.Name([
    new x509.RelativeDistinguishedName([new x509.AttributeTypeAndValue({ type: commonName, value })]),
  ]);
  const now = Date.now();
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: subject,
    validity: new x509.Validity({ notBefore: new Date(now - earlierMs), notAfter: new Date(now + laterMs) }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(
      publicKey.export({ type: "spki", format: "der" }),
      x509.SubjectPublicKeyInfo,
    ),
    extensions: new x509.Extensions([
      new x509.Extension({
        extnID: x509.id_ce_basicConstraints,
        critical: true,
        extnValue: new OctetString(AsnConvert.serialize(new x509.BasicConstraints({ cA: false }))),
      }),
    ]),
  });
  const signature = sign("sha256", Buffer.from(AsnConvert.serialize(tbsCertificate)), privateKey);
  const certificate = new x509.Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signature).buffer,
  });
  return Buffer.from(AsnConvert.serialize(certificate));
}

/** Positive, as RFC 5280 asks for. */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = 1;
  return bytes.buffer;
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

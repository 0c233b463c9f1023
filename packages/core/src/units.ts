const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const bytesOf: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * "90s", "10m", "8h", "2d" or "1:30:00" (hours:minutes:seconds) in seconds; undefined for anything
 * else. "8:00" is refused, because schedulers differ on whether it is hours or minutes.
 */
export function parseDuration(text: string): number | undefined {
  const simple = /^(\d{1,9})([smhd])$/.exec(text);
  if (simple) return positive(Number(simple[1]) * (secondsOf[simple[2] ?? ""] ?? Number.NaN));
  const clock = /^(\d{1,6}):([0-5]\d):([0-5]\d)$/.exec(text);
  return clock ? positive(Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3])) : undefined;
}

/** "16G", "512M", "16GiB": powers of 1024, in bytes; undefined for anything else. */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d{1,7})([KMGT])(?:i?B)?$/i.exec(text);
  return match ? positive(Number(match[1]) * (bytesOf[(match[2] ?? "").toUpperCase()] ?? Number.NaN)) : undefined;
}

/**
 * Bytes in the largest unit that is exact, as schedulers read it: "256M", "1024G", or "1000" for
 * bytes. Units are powers of 1024, and not every scheduler knows one above G.
 */
export function formatMemory(bytes: number): string {
  const unit = ["G", "M", "K"].find((one) => bytes % (bytesOf[one] ?? 1) === 0) ?? "";
  return `${bytes / (bytesOf[unit] ?? 1)}${unit}`;
}

/** Seconds as hours:minutes:seconds, which every scheduler understands. */
export function formatDuration(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two((seconds % 3_600) / 60)}:${two(seconds % 60)}`;
}

/** Seconds since 1970 as ISO 8601 in UTC; undefined for a text that is no such number. */
export function timeOfSeconds(text: string): string | undefined {
  return /^\d{1,10}$/.test(text) ? `${new Date(Number(text) * 1000).toISOString().slice(0, 19)}Z` : undefined;
}

/**
 * Seconds for people, rounded down to two units at most: "45 s", "12 min", "2 h 10 min", "3 d 4 h".
 */
export function describeSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [whole / 60, whole / 3_600, whole / 86_400].map(Math.floor) as [
    number,
    number,
    number,
  ];
  if (days > 0) return both(`${days} d`, hours % 24, "h");
  if (hours > 0) return both(`${hours} h`, minutes % 60, "min");
  return minutes > 0 ? `${minutes} min` : `${whole} s`;
}

function both(first: string, count: number, unit: string): string {
  return count === 0 ? first : `${first} ${count} ${unit}`;
}

function positive(value: number): number | undefined {
  return value > 0 ? value : undefined;
}

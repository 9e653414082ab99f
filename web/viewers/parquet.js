// Parquet files by ranges. What is given to the page is JSON, all values as text.
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "./hyparquet/index.js";
import { read } from "./read.js";

// A footer larger than this is not real.
const MOST_FOOTER = 32 << 20;
// What was read last is kept, up to so much, or to what one piece of the table took:
// rows that follow lie in the same parts.
const KEPT = 64 << 20;
const MOST_KEPT = 512 << 20;
// Columns, and letters of a value, that are shown.
const MOST_COLUMNS = 1000;
const MOST_LETTERS = 500;

// Codecs that hyparquet leaves to others, each fetched when a file needs it.
const codecs = {
  ZSTD: async () => {
    const { decompress } = await import("./compressors/fzstd.js");
    return (input) => decompress(input);
  },
  GZIP: async () => {
    const { gunzip } = await import("./compressors/gzip.js");
    return (input, length) => gunzip(input, new Uint8Array(length));
  },
  BROTLI: async () => (await import("./compressors/brotli.js")).decompressBrotli,
  LZ4: async () => (await import("./compressors/lz4.js")).decompressLz4,
  LZ4_RAW: async () => (await import("./compressors/lz4.js")).decompressLz4Raw,
};

export async function open(source, byteLength) {
  const kept = { most: KEPT };
  const file = { byteLength, slice: remembering(source, byteLength, kept) };
  await checkEnd(file);
  const metadata = await parquetMetadataAsync(file);
  const all = parquetSchema(metadata).children;
  const columns = all.slice(0, MOST_COLUMNS);
  const names = columns.map(({ element }) => element.name);
  const used = new Set(metadata.row_groups.flatMap(({ columns }) => columns.map((c) => c.meta_data?.codec)));
  const compressors = {};
  for (const codec of used) if (codecs[codec]) compressors[codec] = await codecs[codec]();
  const about = {
    rows: Number(metadata.num_rows),
    width: all.length,
    columns: columns.map(({ element, children }) => [element.name, typeOf(element, children)]),
    groups: metadata.row_groups.length,
    codecs: [...used].filter(Boolean),
    by: metadata.created_by ?? "",
    version: Number(metadata.version),
  };
  return {
    about: JSON.stringify(about),
    cost: (rowStart, rowEnd) => cost(metadata, new Set(names), rowStart, rowEnd),
    async rows(rowStart, rowEnd) {
      const needed = cost(metadata, new Set(names), rowStart, rowEnd);
      kept.most = Math.min(Math.max(KEPT, needed), MOST_KEPT);
      const rows = await parquetReadObjects({
        file, metadata, compressors, rowStart, rowEnd, columns: names, useOffsetIndex: true,
      });
      return JSON.stringify(rows.map((row) => names.map((name) => text(row[name]))));
    },
  };
}

// Reads parts of a file, and keeps those that it read last.
function remembering(source, byteLength, limit) {
  const kept = new Map();
  let size = 0;
  return async (start, end = byteLength) => {
    const key = `${start}-${end}`;
    const part = kept.get(key) ?? (await read(source, start, Math.min(end, byteLength))).buffer;
    if (kept.delete(key)) size -= part.byteLength;
    kept.set(key, part);
    size += part.byteLength;
    for (const [old, { byteLength }] of kept) {
      if (size <= limit.most) break;
      kept.delete(old);
      size -= byteLength;
    }
    return part;
  };
}

// How many bytes have to be read for rows: where a column has no index of its pages,
// all that it has in the row group.
function cost({ row_groups }, names, rowStart, rowEnd) {
  let first = 0;
  let bytes = 0;
  for (const { num_rows, columns } of row_groups) {
    const next = first + Number(num_rows);
    if (next > rowStart && first < rowEnd) {
      for (const { meta_data, offset_index_length } of columns) {
        if (meta_data && names.has(meta_data.path_in_schema[0]) && !offset_index_length) bytes += Number(meta_data.total_compressed_size);
      }
    }
    first = next;
  }
  return bytes;
}

// The last eight bytes say how long the footer is: nothing is read on a lie.
async function checkEnd({ byteLength, slice }) {
  if (byteLength < 12) throw new Error("it is too short");
  const end = new DataView(await slice(byteLength - 8));
  if (end.getUint32(4, true) !== 0x31524150) throw new Error("it does not end as one: it may be cut short");
  const footer = end.getUint32(0, true);
  if (footer > byteLength - 8 || footer > MOST_FOOTER) throw new Error(`its footer is said to have ${footer} bytes`);
}

function typeOf({ type, converted_type, logical_type, repetition_type }, children) {
  const name = children?.length ? (converted_type ?? "STRUCT") : (logical_type?.type ?? converted_type ?? type);
  return repetition_type === "REQUIRED" ? `${name}, required` : String(name);
}

function text(value) {
  if (value === null || value === undefined) return "";
  const words =
    value instanceof Date ? value.toISOString()
    : value instanceof Uint8Array ? Array.from(value.subarray(0, 64), (b) => b.toString(16).padStart(2, "0")).join(" ")
    : typeof value === "object" ? JSON.stringify(value, plain)
    : String(value);
  return words.length > MOST_LETTERS ? `${words.slice(0, MOST_LETTERS)}…` : words;
}

const plain = (_, value) =>
  typeof value === "bigint" ? (Number.isSafeInteger(Number(value)) ? Number(value) : String(value))
  : value instanceof Uint8Array ? `${value.byteLength} bytes`
  : value;

// Print the schema of an Arrow file or stream as pyarrow does. Only the schema message at the head is read:
// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc.

import { Message } from "apache-arrow/fb/message";
import { MessageHeader } from "apache-arrow/fb/message-header";
import { Schema } from "apache-arrow/fb/schema";
import { ByteBuffer } from "flatbuffers";

import { printColumn } from "./arrow-types.js";

const FILE = "ARROW1";
const FILE_HEAD = 8;
const CONTINUATION = -1;
const LARGEST = 16 * 2 ** 20;
/** @type {Record<string, string>} the first bytes of other formats */
const OTHER_FORMATS = {
  PAR1: "a Parquet file",
  FEA1: "a Feather file of version 1, from before Arrow",
  "\x1f\x8b": "compressed with gzip",
  "(\xb5/\xfd": "compressed with zstd",
  PK: "a zip archive",
};

/**
 * Return the columns of an Arrow file or stream, one a line; throws an `Error` that says why there are none.
 * @param {Blob} file
 * @returns {Promise<string>}
 */
export async function printSchema(file) {
  const message = await readSchemaMessage(file);
  const schema = new Schema();
  try {
    const head = Message.getRootAsMessage(new ByteBuffer(message));
    if (head.headerType() !== MessageHeader.Schema || !head.header(schema))
      throw new Error("its first message is not a schema");
    return Array.from({ length: schema.fieldsLength() }, (_, index) => printColumnAt(schema, index)).join("\n");
  } catch (error) {
    throw new Error(`the schema in this file cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/** @param {Schema} schema @param {number} index */
function printColumnAt(schema, index) {
  const field = schema.fields(index);
  if (!field) throw new Error(`column ${index} is missing`);
  return printColumn(field);
}

/** @param {Blob} file */
async function readSchemaMessage(file) {
  const head = await readBytes(file, 0, FILE_HEAD + 8);
  const text = String.fromCharCode(...head);
  const format = Object.keys(OTHER_FORMATS).find((magic) => text.startsWith(magic));
  if (format) throw new Error(`this is ${OTHER_FORMATS[format]}, not an Arrow file or stream`);
  const start = text.startsWith(FILE) ? FILE_HEAD : 0;
  const numbers = new DataView(head.buffer);
  if (head.length < start + 8) throw new Error(`this is not an Arrow file: it has only ${file.size} bytes`);
  const modern = numbers.getInt32(start, true) === CONTINUATION;
  const length = numbers.getInt32(start + (modern ? 4 : 0), true);
  const begin = start + (modern ? 8 : 4);
  if (length <= 0 || length > LARGEST || (!modern && start === 0 && length % 4))
    throw new Error("this is not an Arrow file or stream: it begins with neither ARROW1 nor a schema");
  if (begin + length > file.size)
    throw new Error(
      `this Arrow file is cut short: its schema ends at byte ${begin + length}, the file at ${file.size}`,
    );
  return readBytes(file, begin, begin + length);
}

/** @param {Blob} file @param {number} start @param {number} end */
async function readBytes(file, start, end) {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}

// Print a field of an Arrow schema message as pyarrow does: one function for each type, in one table.

import { Date as DateType } from "apache-arrow/fb/date";
import { Decimal } from "apache-arrow/fb/decimal";
import { Duration } from "apache-arrow/fb/duration";
import { FixedSizeBinary } from "apache-arrow/fb/fixed-size-binary";
import { FixedSizeList } from "apache-arrow/fb/fixed-size-list";
import { FloatingPoint } from "apache-arrow/fb/floating-point";
import { Int } from "apache-arrow/fb/int";
import { Interval } from "apache-arrow/fb/interval";
import { Map as MapType } from "apache-arrow/fb/map";
import { Time } from "apache-arrow/fb/time";
import { Timestamp } from "apache-arrow/fb/timestamp";
import { Type } from "apache-arrow/fb/type";
import { Union } from "apache-arrow/fb/union";

/** @typedef {import("apache-arrow/fb/field").Field} Field */

const UNITS = ["s", "ms", "us", "ns"];
const PLAIN_EXTENSIONS = ["arrow.uuid", "arrow.bool8", "arrow.json"];

/**
 * Return the line of a column.
 * @param {Field} field
 * @returns {string}
 */
function printField(field) {
  const name = field.name() ?? "";
  const plain = !/^[ ">]|[\u0000-\u001f\u007f-\u009f\u2028\u2029]|: /.test(name);
  return `${plain ? name : JSON.stringify(name)}: ${printType(field)}${field.nullable() ? "" : " not null"}`;
}

/** @param {Field} field @returns {string} */
function printType(field) {
  const extension = metadata(field, "ARROW:extension:name");
  if (!extension) return printStorage(field);
  if (PLAIN_EXTENSIONS.includes(extension)) return `extension<${extension}>`;
  return PARAMETERS[extension] ? printExtension(field, extension) : printStorage(field);
}

/** Return the type of an extension with its parameters. @param {Field} field @param {string} extension */
function printExtension(field, extension) {
  if (placeholder(field)) return /** @type {string} */ (placeholder(field));
  const values = PARAMETERS[extension](JSON.parse(metadata(field, "ARROW:extension:metadata") || "{}"), field);
  const parameters = Object.entries(values).filter(([, value]) => value !== undefined);
  return `extension<${extension}[${parameters.map(([name, value]) => `${name}=${value}`).join(", ")}]>`;
}

/** @param {unknown[] | undefined} values */
const printList = (values) => values && `[${values.join(",")}]`;

/** @type {Record<string, (metadata: any, field: Field) => Record<string, string | undefined>>} */
const PARAMETERS = {
  "arrow.opaque": ({ type_name: name, vendor_name: vendor }, field) => ({
    storage_type: printStorage(field),
    type_name: name,
    vendor_name: vendor,
  }),
  "arrow.fixed_shape_tensor": ({ shape, permutation, dim_names: names }, field) => ({
    value_type: printType(child(field, 0)),
    shape: printList(shape),
    permutation: printList(permutation),
    dim_names: printList(names),
  }),
};

/** Return the lines that name an extension type which pyarrow does not know: it prints them below the column. */
function* extensionLines(/** @type {Field} */ field) {
  const extension = metadata(field, "ARROW:extension:name");
  if (!extension || PLAIN_EXTENSIONS.includes(extension) || PARAMETERS[extension]) return;
  yield "  -- field metadata --";
  yield `  ARROW:extension:name: '${extension}'`;
}

/** Return the line of a column, and the name of its type where that is an extension. @param {Field} field */
export function printColumn(field) {
  return [printField(field), ...extensionLines(field)].join("\n");
}

/** Return the placeholder in braces that a template of this site has for an unbound type, or null. @param {Field} field */
function placeholder(field) {
  const { type_name: name, vendor_name: vendor } = JSON.parse(metadata(field, "ARROW:extension:metadata") || "{}");
  return vendor === "template" && metadata(field, "ARROW:extension:name") === "arrow.opaque" ? `{${name}}` : null;
}

/** @param {Field} field @param {string} key @returns {string | null} */
function metadata(field, key) {
  for (let index = 0; index < field.customMetadataLength(); index += 1) {
    const pair = field.customMetadata(index);
    if (pair?.key() === key) return pair.value();
  }
  return null;
}

/** @param {Field} field @returns {string} */
function printStorage(field) {
  const encoding = field.dictionary();
  const print = PRINTERS[field.typeType()];
  if (!print) throw new Error(`it has a column of a type that this page does not know, number ${field.typeType()}`);
  if (!encoding) return print(field);
  const index = encoding.indexType();
  return `dictionary<values=${print(field)}, indices=${index ? printInteger(index) : "int32"}, ordered=${Number(encoding.isOrdered())}>`;
}

/** @param {Int} int */
function printInteger(int) {
  return `${int.isSigned() ? "" : "u"}int${int.bitWidth()}`;
}

/** @param {Field} field @param {number} index @returns {Field} */
function child(field, index) {
  const member = field.children(index);
  if (!member) throw new Error("a type is incomplete");
  return member;
}

/** @param {Field} field @returns {Field[]} */
function children(field) {
  return Array.from({ length: field.childrenLength() }, (_, index) => child(field, index));
}

/** @param {string} text */
function constant(text) {
  return () => text;
}

/** @param {string} kind */
function listPrinter(kind) {
  return (/** @type {Field} */ field) => `${kind}<${printField(child(field, 0))}>`;
}

/** @param {Field} field */
function decimal(field) {
  const type = field.type(new Decimal());
  return `decimal${type.bitWidth()}(${type.precision()}, ${type.scale()})`;
}

/** @param {Field} field */
function timestamp(field) {
  const type = field.type(new Timestamp());
  const zone = type.timezone();
  return `timestamp[${UNITS[type.unit()]}${zone ? `, tz=${zone}` : ""}]`;
}

/** @param {Field} field */
function time(field) {
  const type = field.type(new Time());
  return `time${type.bitWidth()}[${UNITS[type.unit()]}]`;
}

/** @param {Field} field */
function union(field) {
  const type = field.type(new Union());
  const codes = type.typeIdsArray() ?? [];
  const members = children(field).map((member, index) => `${printField(member)}=${codes[index] ?? index}`);
  return `${type.mode() ? "dense" : "sparse"}_union<${members.join(", ")}>`;
}

/** @param {Field} field */
function map(field) {
  const [key, value] = children(child(field, 0));
  const named = (/** @type {Field} */ part, /** @type {string} */ usual) =>
    printType(part) + (part.name() === usual ? "" : ` ('${part.name()}')`);
  const sorted = field.type(new MapType()).keysSorted() ? ", keys_sorted" : "";
  return `map<${named(key, "key")}, ${named(value, "value")}${sorted}>`;
}

/** @param {Field} field */
function runEndEncoded(field) {
  const [ends, values] = children(field);
  return `run_end_encoded<run_ends: ${printType(ends)}, values: ${printType(values)}>`;
}

/** @type {Record<number, (field: Field) => string>} */
const PRINTERS = {
  [Type.Null]: constant("null"),
  [Type.Int]: (field) => printInteger(field.type(new Int())),
  [Type.FloatingPoint]: (field) => ["halffloat", "float", "double"][field.type(new FloatingPoint()).precision()],
  [Type.Binary]: constant("binary"),
  [Type.LargeBinary]: constant("large_binary"),
  [Type.BinaryView]: constant("binary_view"),
  [Type.Utf8]: constant("string"),
  [Type.LargeUtf8]: constant("large_string"),
  [Type.Utf8View]: constant("string_view"),
  [Type.Bool]: constant("bool"),
  [Type.Decimal]: decimal,
  [Type.Date]: (field) => ["date32[day]", "date64[ms]"][field.type(new DateType()).unit()],
  [Type.Time]: time,
  [Type.Timestamp]: timestamp,
  [Type.Duration]: (field) => `duration[${UNITS[field.type(new Duration()).unit()]}]`,
  [Type.Interval]: (field) =>
    ["month_interval", "day_time_interval", "month_day_nano_interval"][field.type(new Interval()).unit()],
  [Type.FixedSizeBinary]: (field) => `fixed_size_binary[${field.type(new FixedSizeBinary()).byteWidth()}]`,
  [Type.List]: listPrinter("list"),
  [Type.LargeList]: listPrinter("large_list"),
  [Type.ListView]: listPrinter("list_view"),
  [Type.LargeListView]: listPrinter("large_list_view"),
  [Type.FixedSizeList]: (field) =>
    `${listPrinter("fixed_size_list")(field)}[${field.type(new FixedSizeList()).listSize()}]`,
  [Type.Struct_]: (field) => `struct<${children(field).map(printField).join(", ")}>`,
  [Type.Union]: union,
  [Type.Map]: map,
  [Type.RunEndEncoded]: runEndEncoded,
};

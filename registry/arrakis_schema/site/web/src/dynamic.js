// Replace dynamic references by static ones, for a validator that follows no others. That is possible if a reference has the
// same target in every dynamic scope.

const ROOT = "https://schema.invalid/";

/** @typedef {{ root: boolean, recursive: boolean, dynamic: Set<string>, plain: Set<string> }} Resource */
/** @typedef {{ base: string, resources: Resource[] }} Resources */

/**
 * Return the schema resources of a document, the root first.
 * @param {any} root
 * @param {(schema: any) => any[]} inside the subschemas of a schema
 * @returns {Resources}
 */
export function resourcesOf(root, inside) {
  /** @type {Resource[]} */
  const resources = [];
  /** @type {{ schema: any, outer?: Resource }[]} */
  const todo = [{ schema: root }];
  for (let entry = todo.pop(); entry; entry = todo.pop()) {
    const { schema, outer } = entry;
    if (typeof schema !== "object" || schema === null) continue;
    const resource = outer === undefined || typeof schema.$id === "string" ? openResource(schema, !outer) : outer;
    if (resource !== outer) resources.push(resource);
    if (typeof schema.$dynamicAnchor === "string") resource.dynamic.add(schema.$dynamicAnchor);
    if (typeof schema.$anchor === "string") resource.plain.add(schema.$anchor);
    todo.push(...inside(schema).map((part) => ({ schema: part, outer: resource })));
  }
  return { base: typeof root?.$id === "string" ? root.$id.replace(/#$/, "") : ROOT, resources };
}

/** @param {any} schema @param {boolean} root @returns {Resource} */
function openResource(schema, root) {
  return { root, recursive: schema.$recursiveAnchor === true, dynamic: new Set(), plain: new Set() };
}

/**
 * Return the static reference that is equivalent to a dynamic one; throws if the target depends on the dynamic scope.
 * @param {string} keyword
 * @param {string} reference
 * @param {Resources} document
 */
export function staticReference(keyword, reference, { base, resources }) {
  const name = decodeURIComponent(reference.split("#")[1] ?? "");
  const isDynamic = (/** @type {Resource} */ resource) =>
    keyword === "$recursiveRef" ? resource.recursive : resource.dynamic.has(name);
  const anchored = resources.filter(isDynamic);
  if (keyword === "$dynamicRef" && (name === "" || name.startsWith("/"))) return reference;
  if (!anchored.length || resources.length === 1) return reference;
  const others = keyword === "$recursiveRef" ? anchored.length < resources.length : resources.some(isPlain);
  if (!others && anchored.some(({ root }) => root)) return `${base}#${name}`;
  if (keyword === "$dynamicRef" && !others && anchored.length === 1) return reference;
  throw new Error(`a ${keyword} among schemas with an $id of their own depends on the way to it`);

  /** @param {Resource} resource */
  function isPlain(resource) {
    return resource.plain.has(name) && !resource.dynamic.has(name);
  }
}

// Who gets on with whom, looked up in the site's matrix.

/** @typedef {{ document: string, why: string, witness: unknown }} Exchange */
/** @typedef {{ answer: string, exchanges: Exchange[] }} Reason */
/**
 * @typedef {{ groups: string[][], cells: { answer: string, reason?: string }[][], reasons: Record<string, Reason>
 *   }} Grid
 */
/** @typedef {{ answer: string, reason: string, exchanges: Exchange[] }} Relation */

/** What is said of each answer. @type {Record<string, string>} */
export const ANSWERS = {
  works: "works",
  partly: "partly",
  breaks: "breaks",
  undecided: "undecided",
  removed: "removed",
};

/**
 * Return how a client of one release gets on with a server of another; nothing where one of them is not in the grid.
 * @param {Grid | undefined} grid
 * @param {string} client
 * @param {string} server
 * @returns {Relation | null}
 */
export function relation(grid, client, server) {
  const place = (/** @type {string} */ version) => grid?.groups.findIndex((group) => group.includes(version)) ?? -1;
  const cell = grid?.cells[place(client)]?.[place(server)];
  if (!cell) return null;
  const reason = cell.reason ?? "";
  return { answer: cell.answer, reason, exchanges: grid?.reasons[reason]?.exchanges ?? [] };
}

const MOST_SWEEPS = 30;

/**
 * Eigenvalues of a symmetric matrix, the largest first, with their vectors: Jacobi's method (Golub and Van Loan, Matrix
 * Computations, 8.5).
 * @param {number[][]} matrix
 */
export function eigen(matrix) {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a) > 0; sweep++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => vectors[i]) };
}

/** What is left beside the diagonal and counts for something. @param {number[][]} a */
function offDiagonal(a) {
  const scale = Math.max(...a.map((row, i) => Math.abs(row[i])));
  return Math.max(0, ...a.flatMap((row, i) => row.map((value, j) => (i === j ? 0 : Math.abs(value) - 1e-15 * scale))));
}

/** Turns two axes so that nothing is left between them. @param {number[][]} a @param {number[][]} vectors @param {number} p @param {number} q */
function rotate(a, vectors, p, q) {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const tangent = (Math.sign(theta) || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (const row of a) [row[p], row[q]] = [cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]];
  for (const rows of [a, vectors]) {
    const [first, second] = [rows[p], rows[q]];
    rows[p] = first.map((value, i) => cosine * value - sine * second[i]);
    rows[q] = first.map((value, i) => sine * value + cosine * second[i]);
  }
}

/**
 * The products of each row of a matrix with a vector: 2 · rows · width operations.
 * @param rows row-major, `products.length` rows as long as the vector
 * @param products is filled
 */
export function rowsTimesVector(rows: Float64Array, vector: Float64Array, products: Float64Array): void {
  const width = vector.length;
  const fours = products.length - (products.length % 4);
  // Four sums at a time wait for each other less than one.
  for (let n = 0; n < fours; n += 4) {
    const a = n * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const x = vector[i]!;
      sumA += rows[a + i]! * x;
      sumB += rows[b + i]! * x;
      sumC += rows[c + i]! * x;
      sumD += rows[d + i]! * x;
    }
    products[n] = sumA;
    products[n + 1] = sumB;
    products[n + 2] = sumC;
    products[n + 3] = sumD;
  }
  for (let n = fours; n < products.length; n++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += rows[n * width + i]! * vector[i]!;
    products[n] = sum;
  }
}

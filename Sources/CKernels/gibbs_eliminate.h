// A template: define ELIMINATE, the function's name, VECTOR and its INTEGERS, and UNROLL, what
// stands before loops of known length.

// Draws the changes of several features, a lane for each: P^-1 (noise b + Lambda (mean - old)) +
// L'^-1 D^-1/2 z with P = noise A + Lambda = L D L', without roots on the way.
//
// Of A, in `matrix`, there is the lower half, row by row; `right` is b. Both are overwritten. The
// last of the weights is the linear one. `draws` are z first and the changes in the end. Adding
// Lambda to a matrix that is not negative keeps each element of D above that of Lambda, which
// rounding must not undo.
INLINE void ELIMINATE(const rk_fm_prior *prior, VECTOR *matrix, VECTOR *right, const VECTOR *weights,
                      VECTOR *draws, size_t factors, size_t k) {
  VECTOR inverse[factors + 1];
  UNROLL for (size_t n = 0; n < ROW(factors + 1); n++) matrix[n] *= prior->noise;
  UNROLL for (size_t f = 0; f <= factors; f++) {
    const size_t lane = f == factors ? k : f;
    const float precision = prior->precisions[lane];
    matrix[ROW(f) + f] += precision;
    right[f] = right[f] * prior->noise + precision * (prior->means[lane] - weights[f]);
  }
  UNROLL for (size_t j = 0; j <= factors; j++) {
    const VECTOR least = (VECTOR){0} + prior->precisions[j == factors ? k : j];
    const VECTOR pivot = matrix[ROW(j) + j];
    const INTEGERS isMore = pivot > least;
    inverse[j] = 1.0f / (VECTOR)(((INTEGERS)pivot & isMore) | ((INTEGERS)least & ~isMore));
    UNROLL for (size_t f = j + 1; f <= factors; f++) {
      const VECTOR factor = matrix[ROW(f) + j] * inverse[j];
      UNROLL for (size_t g = j + 1; g <= f; g++) matrix[ROW(f) + g] -= matrix[ROW(g) + j] * factor;
      right[f] -= right[j] * factor;
    }
  }
  UNROLL for (size_t f = 0; f <= factors; f++) draws[f] =
      right[f] * inverse[f] + draws[f] * __builtin_elementwise_sqrt(inverse[f]);
  UNROLL for (size_t j = factors; j > 0; j--) UNROLL for (size_t f = 0; f < j; f++) draws[f] -=
      matrix[ROW(j) + f] * inverse[f] * draws[j];
  if (!prior->linear) draws[factors] = (VECTOR){0};
}

#undef ELIMINATE
#undef VECTOR
#undef INTEGERS
#undef UNROLL

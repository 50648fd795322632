import assert from "node:assert/strict";
import { test } from "node:test";

import { saturatedShare } from "../../../../frontend/lib/health/saturation.js";

test("the saturated share is that of the values that are numbers", () => {
  assert.equal(saturatedShare({ saturated: 0.25, nan: 0 }), 0.25);
  assert.equal(saturatedShare({ saturated: 0.25, nan: 0.5 }), 0.5);
});

test("of NaN alone, and of tensors that no tanh makes, there is no such share", () => {
  assert.equal(saturatedShare({ saturated: 0, nan: 1 }), null);
  assert.equal(saturatedShare({ saturated: null, nan: 0 }), null);
});

package dialect_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// TestSchemasAreStrictAsOpenAIMeansIt: every object is closed and demands all of its properties.
func TestSchemasAreStrictAsOpenAIMeansIt(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]bool{
		`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`:             true,
		`{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}`:                false,
		`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`:                              false,
		`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}`:                                          false,
		`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":{"type":"string"}}`: false,
		`{"type":"object","properties":{},"additionalProperties":false}`:                                                   true,
		`{"$ref":"#/$defs/x","$defs":{"x":{"type":["object","null"]}}}`:                                                    false,
		`{"type":"array","items":{"anyOf":[{"type":"string"},{"properties":{"a":{}}}]}}`:                                   false,
		`{"type":"string","enum":["object"]}`:                                                                              true,
		``:                                                                                                                 false,
		`true`:                                                                                                             false,
	} {
		if dialect.Strict([]byte(schema)) != want {
			t.Errorf("%s: not %v", schema, want)
		}
	}
}

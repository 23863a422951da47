package cache

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Which of two fields of one name counts is the provider's to say.
func TestAFieldTwiceIsNotLookedUp(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{`{"a":1,"b":2}`: true, `{"a":1,"a":2}`: false, `{"a":2,"b":1,"a":1}`: false} {
		if _, ok := shapeOf(&llm.Call{Body: []byte(body)}, false); ok != want {
			t.Errorf("%s: looked up %v", body, ok)
		}
	}
}

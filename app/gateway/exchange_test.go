package gateway

import (
	"net/http/httptest"
	"testing"
)

func TestWhatAHeaderSaysHoldsNoControlCharacter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"sandbox-chat": "sandbox-chat", "gemüse/模型": "gemüse/模型", "a\x00b\r\nc\x7f": "a?b??c?"} {
		w := httptest.NewRecorder()
		x := &Exchange{W: w}
		x.say("X-Bodhi-Model", text)
		if got := w.Header().Get("X-Bodhi-Model"); got != want {
			t.Errorf("%q is said as %q, want %q", text, got, want)
		}
	}
}

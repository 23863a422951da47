package anthropic

import (
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// mostBeside is far above what Anthropic takes: three fallbacks, and one advisor.
const mostBeside = 16

// fallbacks reads the models that Anthropic asks where one declines. The word "default" leaves them to Anthropic.
func (r *request) fallbacks() {
	if r.Kind() != scan.Array {
		r.Skip()
		return
	}
	r.Array()
	for r.More() {
		if name := r.Member(&r.level[atSource], "fallbacks", "model"); name.To > 0 {
			r.beside(string(r.Value(name, nil)))
		}
	}
}

// beside notes a model that Anthropic is to ask.
func (r *request) beside(name string) {
	if len(r.call.Beside) < mostBeside && len(name) <= dialect.MaxModel {
		r.call.Beside = append(r.call.Beside, name)
		return
	}
	r.Refuse("model", "The request names too many models beside its own: at most %d, of at most %d bytes each.", mostBeside, dialect.MaxModel)
}

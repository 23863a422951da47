package openai

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// ReadImages reads what an answer with pictures says about itself: tokens, and how many pictures there are. A size and a
// quality that its price depends on stand in the model's name ("dall-e-3:hd").
func ReadImages(body []byte) (llm.Reading, error) {
	r, err := reading(body, "input_tokens", mediaUsage)
	if err != nil {
		return r, err
	}
	if e, err := mediaDocument(&llm.Call{Operation: llm.MakeImages}, body); err == nil && e.Usage != nil {
		r.Usage.Images, r.Reported = e.Usage.Images, true
	}
	return r, nil
}

// ReadAudio reads what a transcript, or the event that ends a stream of speech, says about itself: tokens or seconds.
func ReadAudio(body []byte) (llm.Reading, error) {
	r, err := reading(body, "input_tokens", mediaUsage)
	if err == nil && !r.Reported {
		return reading(body, "seconds", mediaUsage)
	}
	return r, err
}

func mediaUsage(c *scan.Cursor) (llm.Usage, bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return llm.Usage{}, false
	}
	return readMediaUsage(c)
}

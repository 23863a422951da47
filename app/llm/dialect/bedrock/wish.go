package bedrock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

var _ llm.MediaWire = Maker{}

// Draws reports whether a model is one of those whose pictures can be asked for.
func Draws(model string) bool { return canvas(model) || stable(model) }

// canvas are Amazon's own: Nova Canvas and Titan Image Generator.
func canvas(model string) bool {
	return strings.Contains(model, "amazon.nova-canvas") || strings.Contains(model, "amazon.titan-image-generator")
}

// stable are Stability's that make pictures of words.
func stable(model string) bool {
	return strings.Contains(model, "stability.sd3") || strings.Contains(model, "stability.stable-image-core") || strings.Contains(model, "stability.stable-image-ultra")
}

// RenderWish implements llm.MediaWire.
func (Maker) RenderWish(call *llm.Call, w *llm.Wish, edit llm.Edit) []byte {
	if stable(Model(call, edit)) {
		return stability(call, w, edit.Notes)
	}
	type settings struct {
		Count   int64  `json:"numberOfImages"`
		Width   int64  `json:"width,omitempty"`
		Height  int64  `json:"height,omitempty"`
		Quality string `json:"quality,omitempty"`
	}
	n, p := edit.Notes, call.Bound.Picture
	if call.Choices > 5 {
		n.Refuse("n", "is more than 5, which is what this model makes in a call. Ask for fewer, or for a model that makes more")
	}
	if f := w.Format; f != "" && f != "png" {
		n.Refuse("output_format", fmt.Sprintf("is %q, and this model makes png. Ask for that, or for a model whose provider speaks your client's dialect", f))
	}
	s := settings{Count: call.Choices, Width: p.Width, Height: p.Height}
	switch p.Quality {
	case "", "auto":
	case "high", "hd":
		s.Quality = "premium"
	default:
		s.Quality = "standard"
	}
	return dialect.Encode(map[string]any{"taskType": "TEXT_IMAGE", "textToImageParams": map[string]string{"text": w.Text}, "imageGenerationConfig": s})
}

// shapes are the pictures that Stability's models make.
var shapes = []struct {
	name  string
	ratio float64
}{{"1:1", 1}, {"2:3", 2. / 3}, {"3:2", 3. / 2}, {"4:5", 4. / 5}, {"5:4", 5. / 4}, {"9:16", 9. / 16}, {"16:9", 16. / 9}, {"9:21", 9. / 21}, {"21:9", 21. / 9}}

func stability(call *llm.Call, w *llm.Wish, n *llm.Notes) []byte {
	q := struct {
		Prompt string `json:"prompt"`
		Ratio  string `json:"aspect_ratio,omitempty"`
		Format string `json:"output_format,omitempty"`
	}{Prompt: w.Text, Format: w.Format}
	if call.Choices > 1 {
		n.Refuse("n", "is more than 1, and Stability's models make one picture in a call. Send several requests, or ask for a model that makes several")
	}
	if !slices.Contains([]string{"", "png", "jpeg", "webp"}, w.Format) {
		n.Refuse("output_format", fmt.Sprintf("is %q, and this model makes png, jpeg and webp. Ask for one of those", w.Format))
	}
	p := call.Bound.Picture
	if p.Quality != "" && p.Quality != "auto" {
		n.Drop("quality")
	}
	if p.Width > 0 && p.Height > 0 {
		off := func(ratio float64) float64 { return math.Abs(math.Log(ratio * float64(p.Height) / float64(p.Width))) }
		best := shapes[0]
		for _, s := range shapes {
			if off(s.ratio) < off(best.ratio) {
				best = s
			}
		}
		q.Ratio = best.name
		n.Change("size", "became the aspect ratio "+best.name)
	}
	return dialect.Encode(&q)
}

// pictures is an answer of either maker.
type pictures struct {
	Images []string  `json:"images"`
	Error  *string   `json:"error"`          // Amazon's
	Why    []*string `json:"finish_reasons"` // Stability's; null where the picture is whole
}

// list are the pictures that passed the maker's filter, and why another did not.
func (p *pictures) list() (out []llm.Media, reason string) {
	for i, data := range p.Images {
		if i < len(p.Why) && p.Why[i] != nil {
			reason = *p.Why[i]
		} else if data != "" {
			out = append(out, llm.Media{Type: typeOf(data), Base64: data})
		}
	}
	if p.Error != nil {
		reason = *p.Error
	}
	return out, reason
}

// typeOf tells by the first bytes, in base64, what a picture is.
func typeOf(data string) string {
	switch {
	case strings.HasPrefix(data, "/9j/"):
		return "image/jpeg"
	case strings.HasPrefix(data, "UklGR"):
		return "image/webp"
	}
	return "image/png"
}

// drawn is Document for pictures, which are billed by the piece.
func drawn(body []byte) (llm.Event, error) {
	var p pictures
	if err := json.Unmarshal(body, &p); err != nil {
		return llm.Event{}, errors.Join(errJSON, err)
	}
	list, reason := p.list()
	switch {
	case len(list) > 0:
		return llm.Event{Kind: llm.Terminal, Raw: body, Usage: &llm.Usage{Images: int64(len(list))}}, nil
	case reason == "" && !bytes.Contains(body, []byte(`"images"`)):
		return llm.Event{}, errShape
	}
	return llm.Event{}, &llm.Problem{Code: "content_policy_violation", Type: "invalid_request_error", Message: strings.TrimSuffix("The model made nothing: "+reason, ": ")}
}

// ReadWork implements llm.MediaWire.
func (Maker) ReadWork(_ *llm.Call, e llm.Event) (*llm.Work, error) {
	var p pictures
	if err := json.Unmarshal(e.Raw, &p); err != nil {
		return nil, fmt.Errorf("bedrock: read pictures: %w", err)
	}
	list, _ := p.list()
	return &llm.Work{List: list}, nil
}

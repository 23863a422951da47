package sandbox

import (
	"net/http"
	"strings"
)

// Pictures behind Bedrock's InvokeModel, at list prices.
const (
	novaCanvas = "amazon.nova-canvas-v1:0"
	stableCore = "stability.stable-image-core-v1:1"
)

// invokeCanvas is the face of Amazon's and Stability's models of pictures.
func (s *Sandbox) invokeCanvas(w http.ResponseWriter, r *http.Request, name string) {
	var q struct {
		Task   string `json:"taskType"`
		Params struct {
			Text string `json:"text"`
		} `json:"textToImageParams"`
		Config struct {
			Count   int    `json:"numberOfImages"`
			Width   int    `json:"width"`
			Height  int    `json:"height"`
			Quality string `json:"quality"`
		} `json:"imageGenerationConfig"`
		Prompt string `json:"prompt"`
		Ratio  string `json:"aspect_ratio"`
	}
	f := decode(r, &q)
	base, sc := "", Script{}
	if f == nil {
		base, sc, f = s.enter(r, name, novaCanvas, stableCore)
	}
	text, n := q.Params.Text, q.Config.Count
	if base == stableCore {
		text, n = q.Prompt, 1
	}
	switch {
	case f != nil:
	case text == "" || n < 1 || n > 5 || base == novaCanvas && q.Task != "TEXT_IMAGE":
		f = &failure{status: 400, message: "Malformed input request: required key not found, please reformat your input and try again."}
	case q.Config.Width%16 != 0 || q.Config.Height%16 != 0 || q.Config.Quality != "" && q.Config.Quality != "standard" && q.Config.Quality != "premium":
		f = &failure{status: 400, message: "Malformed input request: #/imageGenerationConfig: is not valid, please reformat your input and try again."}
	}
	if f != nil {
		refuseAWS(w, f)
		return
	}
	if strings.Contains(text, "forbidden") {
		answer(w, map[string]any{"images": []string{}, "error": "This request has been blocked by our content filters. Our filters automatically flagged this prompt."})
		return
	}
	list := make([]string, n)
	why := make([]*string, n)
	for i := range list {
		list[i] = s.picture(text, i)
	}
	s.books.charge(Charge{ID: s.name(s.number(), 24), Client: r.Header.Get("X-Client-Request-Id"), Model: base, Images: int64(n), End: "complete"})
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	if base == stableCore {
		answer(w, map[string]any{"seeds": make([]int, n), "finish_reasons": why, "images": list})
		return
	}
	answer(w, map[string]any{"images": list, "error": nil})
}

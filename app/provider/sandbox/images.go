package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
)

// A picture of the sandbox costs these output tokens, by quality: square, and any other size. An unfinished one costs 100,
// a picture that is read 85.
var pictureTokens = map[string][2]int64{"low": {272, 408}, "medium": {1056, 1584}, "high": {4160, 6240}, "auto": {4160, 6240}, "": {4160, 6240}}

const partialTokens = 100

var pictureSizes = map[string]bool{"": true, "auto": true, "1024x1024": true, "1024x1536": true, "1536x1024": true}

type imageRequest struct {
	Model         string            `json:"model"`
	Prompt        string            `json:"prompt"`
	N             *int              `json:"n"`
	Size          string            `json:"size"`
	Quality       string            `json:"quality"`
	OutputFormat  string            `json:"output_format"`
	Background    string            `json:"background"`
	Stream        bool              `json:"stream"`
	PartialImages int               `json:"partial_images"`
	Images        []json.RawMessage `json:"images"`

	kind  string // of the events
	count int
	given int // pictures to edit
}

func (s *Sandbox) makeImages(w http.ResponseWriter, r *http.Request) {
	var q imageRequest
	if f := decode(r, &q); f != nil {
		refuse(w, f)
		return
	}
	q.kind = "image_generation"
	s.images(w, r, &q)
}

func (s *Sandbox) editImages(w http.ResponseWriter, r *http.Request) {
	var q imageRequest
	var f *failure
	if r.Header.Get("Content-Type") == "application/json" {
		f = decode(r, &q)
		q.given = len(q.Images)
	} else {
		f = q.form(w, r)
	}
	if f == nil && q.given == 0 {
		f = &failure{status: 400, param: "image", message: "Missing required parameter: 'image'."}
	}
	if f != nil {
		refuse(w, f)
		return
	}
	q.kind = "image_edit"
	s.images(w, r, &q)
}

func (q *imageRequest) form(w http.ResponseWriter, r *http.Request) *failure {
	f, bad := readSheet(w, r)
	if bad != nil {
		return bad
	}
	q.Model, q.Prompt, q.Size, q.Quality = f.word("model"), f.word("prompt"), f.word("size"), f.word("quality")
	q.OutputFormat, q.Background, q.Stream = f.word("output_format"), f.word("background"), f.word("stream") == "true"
	q.given = len(f.File["image"]) + len(f.File["image[]"]) + len(f.File["mask"])
	if n, bad := f.number("n"); bad != nil {
		return bad
	} else if n != 0 {
		q.N = &n
	}
	q.PartialImages, bad = f.number("partial_images")
	return bad
}

func (q *imageRequest) check() *failure {
	q.count = 1
	if q.N != nil {
		q.count = *q.N
	}
	switch _, known := pictureTokens[q.Quality]; {
	case q.Prompt == "":
		return &failure{status: 400, param: "prompt", message: "Missing required parameter: 'prompt'."}
	case q.count < 1 || q.count > 10:
		return &failure{status: 400, param: "n", message: "Invalid 'n': expected a value between 1 and 10."}
	case !pictureSizes[q.Size]:
		return &failure{status: 400, param: "size", code: "invalid_value", message: "Invalid value: '" + q.Size + "'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'."}
	case !known:
		return &failure{status: 400, param: "quality", code: "invalid_value", message: "Invalid value: '" + q.Quality + "'. Supported values are: 'low', 'medium', 'high', and 'auto'."}
	case q.PartialImages < 0 || q.PartialImages > 3:
		return &failure{status: 400, param: "partial_images", message: "Invalid 'partial_images': expected a value between 0 and 3."}
	}
	q.Size, q.Quality = or(q.Size, "1024x1024"), or(q.Quality, "high")
	if q.Size == "auto" {
		q.Size = "1024x1024"
	}
	if q.Quality == "auto" {
		q.Quality = "high"
	}
	q.OutputFormat, q.Background = or(q.OutputFormat, "png"), or(q.Background, "opaque")
	return nil
}

// tokens are what a picture of the request costs to make.
func (q *imageRequest) tokens() int64 {
	t := pictureTokens[q.Quality]
	if q.Size == "1024x1024" {
		return t[0]
	}
	return t[1]
}

type imageUsage struct {
	Total   int64 `json:"total_tokens"`
	Input   int64 `json:"input_tokens"`
	Output  int64 `json:"output_tokens"`
	Details struct {
		Text  int64 `json:"text_tokens"`
		Image int64 `json:"image_tokens"`
	} `json:"input_tokens_details"`
}

func (q *imageRequest) usage(output int64) imageUsage {
	var u imageUsage
	u.Details.Text, u.Details.Image = textTokens(q.Prompt), int64(q.given)*imageTokens
	u.Input, u.Output = u.Details.Text+u.Details.Image, output
	u.Total = u.Input + u.Output
	return u
}

// images answers both endpoints.
func (s *Sandbox) images(w http.ResponseWriter, r *http.Request, q *imageRequest) {
	s.identify(w, s.number())
	model, sc, f := s.enter(r, deployed(r, q.Model), "sandbox-image")
	if f == nil {
		f = q.check()
	}
	if f != nil {
		refuse(w, f)
		return
	}
	charge := Charge{ID: w.Header().Get("X-Request-Id"), Client: r.Header.Get("X-Client-Request-Id"), Model: model, Input: q.usage(0).Input, End: "complete", Images: int64(q.count), Stream: q.Stream}
	if q.Stream {
		s.showing(w, r, q, sc, charge)
		return
	}
	charge.Output = int64(q.count) * q.tokens()
	s.books.charge(charge)
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	data := make([]map[string]string, q.count)
	for i := range data {
		data[i] = map[string]string{"b64_json": s.picture(q.Prompt, i)}
	}
	out := map[string]any{"created": s.clock.Now().Unix(), "background": q.Background, "output_format": q.OutputFormat, "quality": q.Quality, "size": q.Size, "data": data}
	if sc.Usage != "none" {
		out["usage"] = q.usage(charge.Output)
	}
	answer(w, out)
}

// showing streams unfinished pictures and the finished one of each. What was made until the client left is charged.
func (s *Sandbox) showing(w http.ResponseWriter, r *http.Request, q *imageRequest, sc Script, charge Charge) {
	charge.End, charge.Images = "canceled", 0
	defer func() { s.books.charge(charge) }()
	e := s.events(w, r, sc)
	at := s.clock.Now().Unix()
	common := func(kind, picture string) map[string]any {
		return map[string]any{"type": kind, "b64_json": picture, "background": q.Background, "created_at": at, "output_format": q.OutputFormat, "quality": q.Quality, "size": q.Size}
	}
	for i := range q.count {
		output := q.tokens()
		for p := range q.PartialImages {
			v := common(q.kind+".partial_image", s.picture(q.Prompt+" unfinished", i))
			v["partial_image_index"] = p
			if !e.piece(event(q.kind+".partial_image", v)) {
				return
			}
			charge.Output += partialTokens
			output += partialTokens
		}
		v := common(q.kind+".completed", s.picture(q.Prompt, i))
		u := q.usage(output)
		if i > 0 {
			u = (&imageRequest{}).usage(output) // the prompt is read once
		}
		if sc.Usage != "none" {
			v["usage"] = u
		}
		if !e.piece(event(q.kind+".completed", v)) {
			return
		}
		charge.Output += q.tokens()
		charge.Images++
	}
	charge.End = "complete"
}

// picture is a PNG of one colour, which the prompt decides.
func (s *Sandbox) picture(prompt string, i int) string {
	d := s.dice("picture", prompt, string(rune('a'+i)))
	c := d.roll()
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for x := range 16 {
		for y := range 16 {
			img.Set(x, y, color.RGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

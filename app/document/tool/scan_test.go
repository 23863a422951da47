package tool_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// scan is a PDF of so many pages that are pictures, and an empty one.
func scan(t *testing.T, pages int) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	for i := range pages {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 500, 700+i)), nil); err != nil {
			t.Fatal(err)
		}
		f.AddPage()
		f.RegisterImageOptionsReader(fmt.Sprint(i), fpdf.ImageOptions{ImageType: "JPG"}, &b)
		f.ImageOptions(fmt.Sprint(i), 0, 0, 210, 297, false, fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
	}
	f.AddPage()
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A model that reads pictures and no PDFs is shown the pages of a scan, a few at a time; one that reads PDFs is sent the file, and one
// that is blind refuses with its own words.
func TestAModelWithEyesIsShownThePagesOfAScan(t *testing.T) {
	t.Parallel()
	data := scan(t, 6)
	file := func(body string) bool { return strings.Contains(body, `"file_data"`) }
	fine := func(body string) (int, string) {
		from := 1
		if strings.Contains(body, "Page 5:") {
			from = 5
		}
		return 200, chat(fmt.Sprintf(`{"pages":[{"text":"Seen","page":%d,"confidence":0.5}]}`, from))
	}
	ask := tool.Ask{Tool: "extract", Model: "smart", Name: "scan.pdf", Data: data}

	reads := &plane{answer: func(_ int, _ *http.Request, body string) (int, string) { return fine(body) }}
	if r, err := service(reads).Run(t.Context(), tool.Caller{}, ask, nil); err != nil || len(reads.asked) != 1 || !file(reads.asked[0]) || len(r.Warnings) != 0 {
		t.Errorf("one that reads PDFs: %+v %v", r, err)
	}

	eyes := &plane{answer: func(_ int, _ *http.Request, body string) (int, string) {
		if file(body) {
			return 400, `{"error":{"message":"This model takes no files."}}`
		}
		return fine(body)
	}}
	r, err := service(eyes).Run(t.Context(), tool.Caller{}, ask, nil)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, body := range eyes.asked[1:] {
		n := strings.Count(body, "data:image/jpeg;base64,")
		if shown += n; n > 4 || file(body) {
			t.Errorf("%d pictures at once", n)
		}
	}
	rows, _ := r.Result["pages"].([]any)
	if len(eyes.asked) != 3 || shown != 6 || len(rows) != 2 || rows[0].(map[string]any)["page"] != 1 || rows[1].(map[string]any)["page"] != 5 {
		t.Errorf("asked %d times, %d pictures, %v", len(eyes.asked), shown, rows)
	}
	if !r.Partial || len(r.Missing) != 1 || r.Missing[0].From != 7 || len(r.Parts) != 2 || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "pictures of its pages") {
		t.Errorf("%+v", r)
	}

	blind := &plane{answer: func(int, *http.Request, string) (int, string) {
		return 400, `{"error":{"message":"This model reads texts alone."}}`
	}}
	if _, err := service(blind).Run(t.Context(), tool.Caller{}, ask, nil); fault.From(err).Code != "document_unread" || !strings.Contains(fault.From(err).Public, "This model reads texts alone.") || len(blind.asked) != 3 {
		t.Errorf("a blind one, asked %d times: %v", len(blind.asked), err)
	}

	poor := &plane{answer: func(int, *http.Request, string) (int, string) {
		return 402, `{"error":{"message":"The budget is used up."}}`
	}}
	if _, err := service(poor).Run(t.Context(), tool.Caller{}, ask, nil); len(poor.asked) != 1 || !strings.Contains(fault.From(err).Public, "used up") {
		t.Errorf("without money it was asked %d times: %v", len(poor.asked), err)
	}
}

// A compressed sound that is too long for its provider is not cut: what is said is what is wrong, the bound, and what to do.
func TestALongCompressedSoundIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	refuses := &plane{answer: func(int, *http.Request, string) (int, string) {
		return 400, `{"error":{"message":"audio duration 2400 seconds is longer than 1500 seconds"}}`
	}}
	mp3 := func(size int) []byte {
		frame := append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...) // 128 kbit/s, 44.1 kHz, 26 ms
		return bytes.Repeat(frame, size/len(frame))
	}
	for name, c := range map[string]struct {
		size  int
		asked int
		says  []string
	}{
		"too long":  {26 * 60 * 16_000, 1, []string{"longer than 1500 seconds", "The sound is MP3 (00:2", "23 MiB"}},
		"too large": {32 << 20, 0, []string{"The sound is MP3 (00:", "At most 31 MiB"}},
		"short":     {16_000, 1, []string{"longer than 1500 seconds"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &plane{answer: refuses.answer}
			_, err := service(p).Transcribe(t.Context(), tool.Caller{}, tool.Sound{Model: "whisper", Name: "a.mp3", Data: mp3(c.size)}, nil)
			said := fault.From(err).Public
			for _, s := range c.says {
				if !strings.Contains(said, s) {
					t.Errorf("%q is not in %q", s, said)
				}
			}
			if advice := strings.Contains(said, "save it as WAV") && strings.Contains(said, "Divide it"); advice != (name != "short") || len(p.asked) != c.asked {
				t.Errorf("asked %d times: %q", len(p.asked), said)
			}
		})
	}
}

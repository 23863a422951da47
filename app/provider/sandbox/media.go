package sandbox

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

// mediaPath is one endpoint of pictures or sound.
type mediaPath struct {
	path string
	of   func(*Sandbox) http.HandlerFunc
}

// mediaPaths are those that Azure's deployments have, too.
var mediaPaths = []mediaPath{
	{"images/generations", func(s *Sandbox) http.HandlerFunc { return s.makeImages }},
	{"images/edits", func(s *Sandbox) http.HandlerFunc { return s.editImages }},
	{"audio/transcriptions", func(s *Sandbox) http.HandlerFunc { return s.transcribe }},
	{"audio/translations", func(s *Sandbox) http.HandlerFunc { return s.interpret }},
	{"audio/speech", func(s *Sandbox) http.HandlerFunc { return s.speak }},
}

func (s *Sandbox) mediaFace() {
	for _, p := range mediaPaths {
		s.mux.HandleFunc("POST /v1/"+p.path, s.authorized(p.of(s)))
	}
	s.mux.HandleFunc("POST /v1/moderations", s.authorized(s.moderate))
	s.mux.HandleFunc("POST /v1/files", s.authorized(s.uploadFile))
	s.mux.HandleFunc("GET /v1/files", s.authorized(s.listFiles))
	s.mux.HandleFunc("GET /v1/files/{id}", s.authorized(s.showFile))
	s.mux.HandleFunc("GET /v1/files/{id}/content", s.authorized(s.readFile))
	s.mux.HandleFunc("DELETE /v1/files/{id}", s.authorized(s.deleteFile))
}

// sheet is a form, read by the standard library: another reader than the gateway's, so that one checks the other.
type sheet struct{ *multipart.Form }

func readSheet(w http.ResponseWriter, r *http.Request) (sheet, *failure) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := r.ParseMultipartForm(maxBody)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return sheet{}, &failure{status: 413, message: "Maximum content size limit (33554432) exceeded."}
	case err != nil:
		return sheet{}, &failure{status: 400, message: "Could not parse multipart form: " + err.Error()}
	}
	return sheet{r.MultipartForm}, nil
}

func (f sheet) word(name string) string {
	if v := f.Value[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// file is an upload's name and content.
func (f sheet) file(name string) (string, []byte, *failure) {
	if len(f.File[name]) == 0 {
		return "", nil, &failure{status: 400, param: name, message: "'" + name + "' is a required property"}
	}
	h := f.File[name][0]
	in, err := h.Open()
	if err != nil {
		return "", nil, &failure{status: 500, message: err.Error()}
	}
	defer func() { _ = in.Close() }()
	b, err := io.ReadAll(in)
	if err != nil {
		return "", nil, &failure{status: 500, message: err.Error()}
	}
	return h.Filename, b, nil
}

// number reads a count from a form; 0 if it is not there.
func (f sheet) number(name string) (int, *failure) {
	v := f.word(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, &failure{status: 400, param: name, code: "invalid_type", message: "Invalid type for '" + name + "': expected an integer, but got a string instead."}
	}
	return n, nil
}

// seconds is how long a sound is, in tenths of a second, rounded up: a WAV file by its rate, anything else as if it had
// 128 kbit/s.
func tenths(sound []byte) int64 {
	bytes, perSecond := int64(len(sound)), int64(16_000)
	if len(sound) > 44 && string(sound[:4]) == "RIFF" && string(sound[36:40]) == "data" {
		bytes -= 44
		perSecond = int64(sound[28]) | int64(sound[29])<<8 | int64(sound[30])<<16 | int64(sound[31])<<24
	}
	if perSecond <= 0 {
		return 1
	}
	return (bytes*10 + perSecond - 1) / perSecond
}

// events writes server-sent events of media: "event:" and "data:" lines, and no end mark.
type events struct {
	w    http.ResponseWriter
	r    *http.Request
	sc   Script
	sent int
}

func (s *Sandbox) events(w http.ResponseWriter, r *http.Request, sc Script) *events {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	wait(r.Context(), sc.FirstToken)
	return &events{w: w, r: r, sc: sc}
}

// piece writes one piece of an answer as its script says; false means that the client is gone. A cut breaks the connection.
func (e *events) piece(raw []byte) bool {
	switch {
	case e.sc.CutNow, e.sc.Cut > 0 && e.sent == e.sc.Cut:
		panic(http.ErrAbortHandler)
	case e.sc.Hang > 0 && e.sent == e.sc.Hang:
		<-e.r.Context().Done()
		return false
	case e.sent > 0 && !wait(e.r.Context(), e.sc.ChunkDelay):
		return false
	}
	if _, err := e.w.Write(raw); err != nil || e.r.Context().Err() != nil {
		return false
	}
	if http.NewResponseController(e.w).Flush() != nil {
		return false
	}
	e.sent++
	return true
}

func event(kind string, v any) []byte {
	return []byte("event: " + kind + "\ndata: " + strings.TrimSpace(string(encode(v))) + "\n\n")
}

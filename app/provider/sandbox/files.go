package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// drawer keeps uploaded files in memory: the latest, up to 64 MiB in all.
type drawer struct {
	mu    sync.Mutex
	files []storedFile // oldest first
	bytes int
}

const maxDrawer = 64 << 20

type storedFile struct {
	fileObject
	owner   string // the bearer key
	content []byte
}

type fileObject struct {
	ID        string `json:"id"`
	Object    string `json:"object"`
	Bytes     int    `json:"bytes"`
	CreatedAt int64  `json:"created_at"`
	Filename  string `json:"filename"`
	Purpose   string `json:"purpose"`
	Status    string `json:"status"`
	ExpiresAt *int64 `json:"expires_at"`
	Details   any    `json:"status_details"`
}

func (d *drawer) put(f storedFile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files = append(d.files, f)
	d.bytes += len(f.content)
	for d.bytes > maxDrawer {
		d.bytes -= len(d.files[0].content)
		d.files = d.files[1:]
	}
}

func (d *drawer) of(owner string) []storedFile {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.files), func(f storedFile) bool { return f.owner != owner })
}

func (d *drawer) drop(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files = slices.DeleteFunc(d.files, func(f storedFile) bool {
		if f.ID == id {
			d.bytes -= len(f.content)
		}
		return f.ID == id
	})
}

var purposes = []string{"assistants", "batch", "fine-tune", "vision", "user_data", "evals"}

func (s *Sandbox) uploadFile(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	form, f := readSheet(w, r)
	var name string
	var content []byte
	if f == nil {
		name, content, f = form.file("file")
	}
	purpose := ""
	if f == nil {
		if purpose = form.word("purpose"); !slices.Contains(purposes, purpose) {
			f = &failure{status: 400, param: "purpose", message: "'" + purpose + "' is not one of ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'] - 'purpose'"}
		}
	}
	if f == nil && form.word("model") != "" {
		f = &failure{status: 400, param: "model", message: "Unknown parameter: 'model'."}
	}
	if f != nil {
		refuse(w, f)
		return
	}
	o := fileObject{ID: "file-" + s.name(n, 24), Object: "file", Bytes: len(content), CreatedAt: s.clock.Now().Unix(), Filename: name, Purpose: purpose, Status: "processed"}
	if seconds := form.word("expires_after[seconds]"); seconds != "" {
		if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
			at := o.CreatedAt + n
			o.ExpiresAt = &at
		}
	}
	s.files.put(storedFile{o, bearer(r), content})
	answer(w, o)
}

func (s *Sandbox) listFiles(w http.ResponseWriter, r *http.Request) {
	s.identify(w, s.number())
	out := []fileObject{}
	for _, f := range slices.Backward(s.files.of(bearer(r))) {
		out = append(out, f.fileObject)
	}
	answer(w, map[string]any{"object": "list", "data": out, "has_more": false})
}

// stored finds a file, or refuses as OpenAI does.
func (s *Sandbox) stored(w http.ResponseWriter, r *http.Request) (storedFile, bool) {
	s.identify(w, s.number())
	id := r.PathValue("id")
	all := s.files.of(bearer(r))
	i := slices.IndexFunc(all, func(f storedFile) bool { return f.ID == id })
	if i < 0 {
		refuse(w, &failure{status: 404, param: "id", message: "No such File object: " + id})
		return storedFile{}, false
	}
	return all[i], true
}

func (s *Sandbox) showFile(w http.ResponseWriter, r *http.Request) {
	if f, ok := s.stored(w, r); ok {
		answer(w, f.fileObject)
	}
}

func (s *Sandbox) readFile(w http.ResponseWriter, r *http.Request) {
	if f, ok := s.stored(w, r); ok {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(f.content)))
		_, _ = w.Write(f.content)
	}
}

func (s *Sandbox) deleteFile(w http.ResponseWriter, r *http.Request) {
	if f, ok := s.stored(w, r); ok {
		s.files.drop(f.ID)
		answer(w, map[string]any{"id": f.ID, "object": "file", "deleted": true})
	}
}

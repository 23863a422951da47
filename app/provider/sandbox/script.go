package sandbox

import (
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Script is how one call is to behave. It is read from the model's name, as in "sandbox-chat+latency=800ms+cut=5", and
// from headers of the same names, as in "x-sandbox-latency: 800ms"; the name wins.
type Script struct {
	Latency    time.Duration // before the answer's headers
	FirstToken time.Duration // ttft: between the headers and the first piece of a stream
	ChunkDelay time.Duration // between the pieces of a stream
	Status     int           // answer with this error instead
	Code       string        // the error's code, e.g. insufficient_quota
	RetryAfter string        // the error's retry-after header, as written
	Cut        int           // break the connection after this many pieces; 0 means never, see CutNow
	CutNow     bool          // cut=0: break the connection before the first piece
	Hang       int           // after this many pieces send nothing more until the client leaves
	Tokens     int           // generate exactly this many tokens per choice, if the cap allows
	Reasoning  int           // reasoning tokens; -1 means the model's own way
	Cached     int           // prompt tokens read from cache; -1 means the sandbox's own memory
	Tools      int           // how many tool calls to make, if tools are given; -1 means the sandbox's own way
	Overrun    bool          // ignore the caller's cap on output
	Night      time.Duration // in a batch: how long the batch takes
	Fate       string        // in a batch: what goes wrong with the line, or of the first one with the batch; see fates
	Usage      string        // "none": never report usage; "each": report it so far in every chunk, as some providers do
}

// scripts are the words and how each is read. The error is for the developer who mistyped.
var scripts = map[string]func(s *Script, v string) bool{
	"latency":     func(s *Script, v string) bool { return duration(&s.Latency, v) },
	"ttft":        func(s *Script, v string) bool { return duration(&s.FirstToken, v) },
	"chunkdelay":  func(s *Script, v string) bool { return duration(&s.ChunkDelay, v) },
	"status":      func(s *Script, v string) bool { return count(&s.Status, v) && s.Status >= 400 && s.Status <= 599 },
	"code":        func(s *Script, v string) bool { s.Code = v; return true },
	"retry-after": func(s *Script, v string) bool { s.RetryAfter = v; return true },
	"cut":         func(s *Script, v string) bool { ok := count(&s.Cut, v); s.CutNow = s.Cut == 0; return ok },
	"hang":        func(s *Script, v string) bool { return count(&s.Hang, v) },
	"tokens":      func(s *Script, v string) bool { return count(&s.Tokens, v) },
	"reasoning":   func(s *Script, v string) bool { return count(&s.Reasoning, v) },
	"cached":      func(s *Script, v string) bool { return count(&s.Cached, v) },
	"tools":       func(s *Script, v string) bool { return count(&s.Tools, v) },
	"overrun":     func(s *Script, v string) bool { s.Overrun = v == "1"; return v == "0" || v == "1" },
	"night": func(s *Script, v string) bool {
		p, err := time.ParseDuration(v)
		s.Night = p
		return err == nil && p >= 0
	},
	"fate":  func(s *Script, v string) bool { s.Fate = v; return fates[v] },
	"usage": func(s *Script, v string) bool { s.Usage = v; return v == "none" || v == "each" || v == "normal" },
}

// script splits a model's name into the model and what it is to do.
func script(name string, h http.Header) (model string, s Script, f *failure) {
	s = Script{Reasoning: -1, Cached: -1, Tools: -1}
	for word, read := range scripts {
		if v := h.Get("X-Sandbox-" + word); v != "" && !read(&s, v) {
			return "", s, misscripted("x-sandbox-" + word + ": " + v)
		}
	}
	model, rest, _ := strings.Cut(name, "+")
	for part := range strings.SplitSeq(rest, "+") {
		if part == "" {
			continue
		}
		word, v, _ := strings.Cut(part, "=")
		if read, ok := scripts[word]; !ok || !read(&s, v) {
			return "", s, misscripted(part)
		}
	}
	return model, s, nil
}

func misscripted(part string) *failure {
	words := make([]string, 0, len(scripts))
	for w := range scripts {
		words = append(words, w)
	}
	sort.Strings(words)
	return &failure{status: 400, param: "model", code: "invalid_script",
		message: "The sandbox cannot follow '" + part + "'. It knows " + strings.Join(words, ", ") + "; durations look like 800ms, counts like 5."}
}

func duration(d *time.Duration, v string) bool {
	p, err := time.ParseDuration(v)
	*d = p
	return err == nil && p >= 0 && p <= time.Hour
}

func count(n *int, v string) bool {
	p, err := strconv.Atoi(v)
	*n = p
	return err == nil && p >= 0 && p <= 1_000_000
}

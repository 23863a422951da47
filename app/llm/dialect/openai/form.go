package openai

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Form is a body in multipart/form-data, cut into parts that lie in the body and are not copied. It is Call.Native of calls
// whose body is one.
type Form struct {
	// Type is the Content-Type that goes with the body, boundary included.
	Type    string
	Parts   []Part
	version APIVersion
}

// Part is one field of a form.
type Part struct {
	Name string
	File string // the file's name; "" on fields that are none
	// Whole is the part from its delimiter to the next one, Value what it holds.
	Whole, Value llm.Spot
}

// encodedName finds a field's name in the encoded spelling, which some readers know and some do not.
var encodedName = regexp.MustCompile(`(?i)[;\s]name\*`)

// asItIs are the encodings of a part that change no byte of it. Ruby's and Java's clients name one with every file.
var asItIs = map[string]bool{"binary": true, "8bit": true, "7bit": true}

const (
	maxParts  = 128
	maxHeader = 4 << 10
	formType  = "multipart/form-data"
)

// isForm reports whether a request says that its body is a form.
func isForm(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == formType
}

// readForm cuts a form into its parts. It is stricter than readers are, so that no two of them can see different forms: each
// line ends in CRLF, the delimiter stands nowhere but between parts, and nothing stands before the first one.
func readForm(h http.Header, body []byte) (*Form, error) {
	f := &Form{Type: h.Get("Content-Type")}
	_, params, err := mime.ParseMediaType(f.Type)
	boundary := params["boundary"]
	if err != nil || boundary == "" || len(boundary) > 70 || strings.ContainsAny(boundary, "\r\n") {
		return nil, fault.Field("content-type", "The Content-Type must be multipart/form-data with a boundary of 1 to 70 characters.")
	}
	mark := []byte("--" + boundary)
	if !bytes.HasPrefix(body, mark) {
		return nil, brokenForm("it does not begin with its boundary")
	}
	for at := 0; ; {
		rest := at + len(mark)
		if bytes.HasPrefix(body[rest:], []byte("--")) {
			if tail := bytes.TrimSpace(body[rest+2:]); len(tail) > 0 {
				return nil, brokenForm("something follows its end")
			}
			return f, nil
		}
		if !bytes.HasPrefix(body[rest:], []byte("\r\n")) {
			return nil, brokenForm("a boundary is not on a line of its own")
		}
		from := rest + 2
		n := bytes.Index(body[from:], mark)
		if n < 2 || string(body[from+n-2:from+n]) != "\r\n" {
			return nil, brokenForm("a part does not end with the boundary on a line of its own")
		}
		next := from + n
		p, err := readPart(body, from, next-2)
		if err != nil {
			return nil, err
		}
		if p.Whole = (llm.Spot{From: at, To: next}); len(f.Parts) == maxParts {
			return nil, brokenForm(fmt.Sprintf("it has more than %d parts", maxParts))
		}
		f.Parts = append(f.Parts, p)
		at = next
	}
}

// readPart reads the headers of one part.
func readPart(body []byte, from, to int) (p Part, err error) {
	end := bytes.Index(body[from:min(to, from+maxHeader)], []byte("\r\n\r\n"))
	if end < 0 {
		return p, brokenForm("a part has no end of its headers")
	}
	for line := range strings.SplitSeq(string(body[from:from+end]), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		switch {
		case !ok || name == "" || strings.ContainsAny(name, " \t\n"):
			return p, brokenForm("a part has a header that is none")
		case strings.EqualFold(name, "Content-Transfer-Encoding"):
			if asItIs[strings.ToLower(strings.TrimSpace(value))] {
				continue
			}
			return p, brokenForm("a part is encoded; send it as it is")
		case !strings.EqualFold(name, "Content-Disposition"):
			continue
		case p.Name != "":
			return p, brokenForm("a part has two names")
		}
		kind, params, bad := mime.ParseMediaType(value)
		if bad != nil || kind != "form-data" || params["name"] == "" || encodedName.MatchString(value) {
			return p, brokenForm("a part has no name")
		}
		p.Name, p.File = params["name"], params["filename"]
	}
	if p.Name == "" {
		return p, brokenForm("a part has no name")
	}
	p.Value = llm.Spot{From: from + end + 4, To: to}
	if p.Value.From > to {
		return p, brokenForm("a part has no end of its headers")
	}
	return p, nil
}

func brokenForm(why string) error {
	return fault.Field("", "The form in the request's body cannot be read: "+why+".")
}

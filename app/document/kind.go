package document

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"
)

// named is what names usually promise.
var named = map[string]Kind{
	".pdf": PDF, ".docx": Word, ".docm": Word, ".xlsx": Sheet, ".xlsm": Sheet, ".pptx": Deck, ".pptm": Deck, ".html": HTML, ".htm": HTML, ".md": Plain, ".markdown": Plain,
	".txt": Plain, ".csv": Plain, ".tsv": Plain, ".json": Plain, ".xml": Plain, ".png": Image, ".jpg": Image, ".jpeg": Image, ".gif": Image, ".webp": Image,
}

var words = map[Kind]string{PDF: "a PDF", Word: "a Word document", Sheet: "an Excel sheet", Deck: "a PowerPoint deck", HTML: "an HTML page", Plain: "plain text", Image: "a picture"}

// Misnamed says that a file's name promises something else than it is; "" if it does not. It is read as what it is all the same.
func Misnamed(name string, is Kind) string {
	promised, known := named[strings.ToLower(path.Ext(name))]
	if !known || promised == is || promised == HTML && is == Plain || promised == Plain && is == HTML {
		return ""
	}
	return "The file's name ends like that of " + words[promised] + ", but it is " + words[is] + "."
}

// Sniff says what a file is, by what it begins with. Its error says what it is instead, where that is known.
func Sniff(data []byte) (Kind, error) {
	head := data[:min(len(data), 1024)]
	switch {
	case len(data) == 0:
		return "", unknown("The file is empty.")
	case bytes.Contains(head, []byte("%PDF-")):
		return PDF, nil
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return office(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		if bytes.Contains(data, wide("EncryptedPackage")) {
			return "", encrypted()
		}
		return "", unknown("This is a file of an Office before 2007; save it in today's format.")
	case bytes.HasPrefix(data, []byte(`{\rtf`)):
		return "", unknown("Rich text (RTF) is not read; save it as docx or PDF.")
	}
	switch t := http.DetectContentType(head); {
	case strings.HasPrefix(t, "image/png"), strings.HasPrefix(t, "image/jpeg"), strings.HasPrefix(t, "image/gif"), strings.HasPrefix(t, "image/webp"):
		return Image, nil
	case strings.HasPrefix(t, "text/html"):
		return HTML, nil
	case strings.HasPrefix(t, "text/"):
		return Plain, nil
	case utf8.Valid(head) && !bytes.ContainsRune(head, 0):
		return Plain, nil
	}
	return "", unknown("This kind of file is not read.")
}

// wide is a text as old Office writes names: two bytes each.
func wide(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

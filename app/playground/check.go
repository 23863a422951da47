package playground

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// checked is a column as it is asked.
func (c Column) checked(n int) (model string, temperature json.Number, most int64, err error) {
	var errs [3]error
	at := "." + strconv.Itoa(n)
	if model, errs[0] = org.Name("model"+at, "the model's name", c.Model, 200); errs[0] != nil {
		errs[0] = fault.Field("model"+at, "Choose a model or an alias from the list.")
	}
	if text := strings.TrimSpace(strings.Replace(c.Temperature, ",", ".", 1)); text != "" {
		f, wrong := strconv.ParseFloat(text, 64)
		if temperature = json.Number(text); wrong != nil || !json.Valid([]byte(text)) || f < 0 || f > 2 {
			errs[1] = fault.Field("temperature"+at, "A temperature is a number from 0 to 2, or nothing.")
		}
	}
	if most = DefaultOutput; strings.TrimSpace(c.MaxTokens) != "" {
		n, wrong := strconv.ParseInt(strings.TrimSpace(c.MaxTokens), 10, 64)
		if most = n; wrong != nil || n < 1 || n > MostOutput {
			errs[2] = fault.Field("max_tokens"+at, fmt.Sprintf("An answer may be capped at 1 to %d tokens.", MostOutput))
		}
	}
	return model, temperature, most, errors.Join(errs[:]...)
}

// Said are the messages that say something.
func (t *Talk) Said() []prompt.Message {
	return slices.DeleteFunc(slices.Clone(t.Messages), func(m prompt.Message) bool { return strings.TrimSpace(m.Text) == "" })
}

func checkMessages(all []prompt.Message) error {
	size, asked := 0, false
	for _, m := range all {
		if m.Role != "system" && m.Role != "user" && m.Role != "assistant" {
			return fault.Field("messages", "A message is of the system, the user or the assistant.")
		}
		if !utf8.ValidString(m.Text) {
			return fault.Field("messages", "A message holds characters that are not text. Type them again.")
		}
		size, asked = size+len(m.Text), asked || m.Role == "user"
	}
	switch {
	case !asked:
		return fault.Field("messages", "Type what to ask: there is no message of the user yet.")
	case len(all) > MostMessages:
		return fault.Field("messages", fmt.Sprintf("A conversation has at most %d messages here; this one has %d.", MostMessages, len(all)))
	case size > MostText:
		return fault.Field("messages", fmt.Sprintf("The messages have %d KiB, at most %d are asked here. Shorten them.", size>>10, MostText>>10))
	}
	return nil
}

// kinds are the files that the chat dialect carries to every provider that takes them.
var kinds = []string{"image/png", "image/jpeg", "image/gif", "image/webp", pdf}

const pdf = "application/pdf"

// TooLarge refuses files.
func TooLarge() error {
	return fault.Field("files", fmt.Sprintf("The files are larger than %d MiB together, the most that is sent here. Choose smaller ones; what you typed is still there.", MostBytes>>20))
}

func checkFiles(files []File) error {
	total := 0
	for _, f := range files {
		if total += len(f.Data); total > MostBytes {
			return TooLarge()
		}
		if len(f.Data) == 0 {
			return fault.Field("files", fmt.Sprintf("The file %.80q is empty.", f.Name))
		}
		if !slices.Contains(kinds, http.DetectContentType(f.Data)) {
			return fault.Field("files", fmt.Sprintf("The file %.80q is no PNG, JPEG, GIF, WebP or PDF. Other kinds are not sent.", f.Name))
		}
	}
	if len(files) > MostFiles {
		return fault.Field("files", fmt.Sprintf("At most %d files are sent; these are %d.", MostFiles, len(files)))
	}
	return nil
}

// tools reads what was typed as tools: a list in the chat API's words, or one of the library's.
func tools(text string) (out []prompt.Tool, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	var list []struct {
		Type     string       `json:"type"`
		Function *prompt.Tool `json:"function"`
		prompt.Tool
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fault.Field("tools", "Tools are a JSON list, as the chat API takes it: "+wrongJSON(text, err)+".")
	}
	for i, t := range list {
		if t.Function != nil {
			t.Tool = *t.Function
		}
		if t.Type != "" && t.Type != "function" || t.Tool.Name == "" {
			return nil, fault.Field("tools", fmt.Sprintf(`Tool %d is no function with a name: {"type":"function","function":{"name":"weather","parameters":{…}}}.`, i+1))
		}
		out = append(out, t.Tool)
	}
	return out, nil
}

// schema reads a JSON Schema, plain or with its name around it as the chat API has it.
func schema(text string) (*prompt.Schema, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil || fields == nil {
		return nil, fault.Field("schema", "The answer's schema is a JSON Schema, an object: "+wrongJSON(text, err)+".")
	}
	s := &prompt.Schema{Schema: json.RawMessage(text)}
	if _, wrapped := fields["schema"]; wrapped {
		*s = prompt.Schema{}
		if err := json.Unmarshal([]byte(text), s); err != nil {
			return nil, fault.Field("schema", "The answer's schema is a JSON Schema, an object: "+wrongJSON(text, err)+".")
		}
	}
	return s, nil
}

// wrongJSON says where a text stops being JSON of the right kind.
func wrongJSON(text string, err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at := min(int(syntax.Offset), len(text))
		return fmt.Sprintf("line %d: %s", strings.Count(text[:at], "\n")+1, syntax)
	}
	return "this is something else"
}

package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// MaxTyped is how large a file may be that is pasted, comes by the management API or belongs to a schedule: all of it is in memory. Larger
// ones are uploaded: on the form of a batch, or by POST /v1/files.
const MaxTyped = 4 << 20

// Format is what a file of a draft is.
type Format string

// The formats.
const (
	JSONL Format = "jsonl" // lines as OpenAI's batches have them
	CSV   Format = "csv"   // a table whose rows fill in a prompt
)

// Draft is a batch that somebody makes of a file.
type Draft struct {
	Name   string
	Key    id.Key
	Format Format
	Text   string // the file
	// Upload is the file where it was too large for Text (Service.Upload); zero takes Text.
	Upload id.File

	// Of a table: what each row asks. {{column}} in System and Prompt is the row's value.
	Model     string
	System    string
	Prompt    string
	IDColumn  string // holds the results' custom ids; "" numbers the rows
	MaxOutput int64  // tokens; 0 is the model's own

	Cap      money.USD // 0: only budgets stop it
	Priority string
	StartAt  time.Time // zero: at once
	Native   bool      // it may wait a day, for half the price where the provider has that
	OffPeak  bool      // in the organization's off-peak hours alone

	file File // of Upload
}

// chat is a request of a table's row.
type chat struct {
	Model     string    `json:"model"`
	Messages  []message `json:"messages"`
	MaxTokens int64     `json:"max_completion_tokens,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// aroundBody is what a request's line has besides its body, at most: so that a preview refuses what could not be made.
const aroundBody = 6*maxCustomID + 128

const chats = "/v1/chat/completions"

// typed refuses a draft without a file, or with more text than is taken.
func (d *Draft) typed() error {
	switch {
	case !d.Upload.IsZero():
		return nil
	case strings.TrimSpace(d.Text) == "":
		return fault.Field("text", "Choose a file, or paste what is in it.")
	case len(d.Text) > MaxTyped:
		return fault.Field("text", fmt.Sprintf("The file is larger than %d MiB, the most that can be pasted or sent as text. Upload larger ones on the form of a batch, or with POST /v1/files.", MaxTyped>>20))
	}
	return nil
}

// read gives the requests of a draft one after the other; in is its file, of which one line is in memory at a time. endpoint is what all of
// them have.
func (d *Draft) read(in io.Reader, each func(a asked) error) (endpoint string, err error) {
	if err := d.typed(); err != nil {
		return "", err
	}
	var m made
	counted := func(a asked) error {
		if err := m.take(a); err != nil {
			return err
		}
		return each(a)
	}
	switch d.Format {
	case CSV:
		endpoint, err = chats, d.table(in, counted)
	case JSONL:
		endpoint, err = d.jsonLines(in, counted)
	default:
		err = fault.Field("format", `The format is "jsonl" or "csv".`)
	}
	if err == nil && m.n == 0 {
		err = fault.Field("text", "The file has no requests.")
	}
	return endpoint, err
}

// made is how much was read of a draft.
type made struct {
	n    int
	size int64 // as a file of requests
}

// take counts one more request, or refuses it.
func (m *made) take(a asked) error {
	if m.n++; m.n > MaxItems {
		return fault.Field("text", fmt.Sprintf("A batch has at most %d requests. Split the file.", MaxItems))
	}
	if m.size += int64(len(a.Body)) + aroundBody; m.size > MaxMade {
		return fault.Field("text", fmt.Sprintf("With request %d all of them come to more than %d GiB, the most a batch may have. Split the file, or ask less of each row.", m.n, MaxMade>>30))
	}
	return nil
}

// jsonLines reads lines of JSON. The first one says which endpoint all have.
func (d *Draft) jsonLines(from io.Reader, each func(a asked) error) (endpoint string, err error) {
	in := bufio.NewReader(from)
	b := Batch{Family: OpenAI}
	seen := ids{}
	for number := 1; ; number++ {
		text, readErr := readLine(in)
		if errors.Is(readErr, errLong) {
			return "", fault.Field("text", fmt.Sprintf("Line %d: a line has at most %d MiB.", number, MaxLine>>20))
		}
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return "", readErr
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if b.Body.Endpoint == "" {
				var first asked
				_ = json.Unmarshal(text, &first) // what is wrong with it is said below
				if b.Body.Endpoint = first.URL; !slices.Contains(Endpoints, first.URL) {
					b.Body.Endpoint = chats
				}
			}
			a, wrong := readAsked(text, &b)
			if wrong == nil {
				if _, twice := seen.add(a.CustomID, number); twice {
					wrong = &Wrong{Message: "another line has this custom_id already."}
				}
			}
			if wrong != nil {
				return "", fault.Field("text", fmt.Sprintf("Line %d: %s", number, wrong.Message))
			}
			if err := each(a); err != nil {
				return "", err
			}
		}
		if readErr != nil {
			return b.Body.Endpoint, nil
		}
	}
}

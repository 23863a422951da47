package evaluation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Vault seals content under the organization's data key. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Where content lies, which its ciphertext is bound to.
const (
	rowTable  = "evaluation_rows"
	itemTable = "evaluation_items"
	column    = "sealed"
)

type vault struct{ Vault }

func rowPlace(d id.Dataset, number int) string { return d.UUID() + " " + strconv.Itoa(number) }

func itemPlace(i *Item) string {
	return i.Run.UUID() + " " + strconv.Itoa(i.Row) + " " + strconv.Itoa(i.Subject)
}

func (v vault) sealRow(ctx context.Context, o id.Org, d id.Dataset, r Row) (SealedRow, int64, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return SealedRow{}, 0, fmt.Errorf("evaluation: write row %d: %w", r.Number, err)
	}
	sealed, err := v.Seal(ctx, o, rowTable, column, rowPlace(d, r.Number), secret.New(string(text)))
	return SealedRow{r.Number, sealed, r.Request, r.Member}, int64(len(text)), err
}

func (v vault) openRow(ctx context.Context, o id.Org, d id.Dataset, s SealedRow) (Row, error) {
	text, err := v.Open(ctx, o, rowTable, column, rowPlace(d, s.Number), s.Sealed)
	if err != nil {
		return Row{}, fmt.Errorf("evaluation: open row %d: %w", s.Number, err)
	}
	r := Row{}
	if err := json.Unmarshal([]byte(text.Reveal()), &r); err != nil {
		return r, fmt.Errorf("evaluation: read row %d: %w", s.Number, err)
	}
	r.Number, r.Request, r.Member = s.Number, s.Request, s.Member
	return r, nil
}

// openRows are rows behind a number.
func (v vault) openRows(ctx context.Context, s Store, o id.Org, d id.Dataset, after, limit int) ([]Row, error) {
	sealed, err := s.Rows(ctx, o, d, after, limit)
	if err != nil {
		return nil, fmt.Errorf("evaluation: rows: %w", err)
	}
	out := make([]Row, len(sealed))
	for i, r := range sealed {
		if out[i], err = v.openRow(ctx, o, d, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v vault) sealItem(ctx context.Context, i Item) (SealedItem, error) {
	out := SealedItem{Item: i}
	out.Said = Said{}
	if i.Said.Text == "" && i.Said.Refusal == "" && len(i.Said.Scores)+len(i.Said.Notes) == 0 {
		return out, nil
	}
	text, err := json.Marshal(i.Said)
	if err == nil {
		out.Sealed, err = v.Seal(ctx, i.Org, itemTable, column, itemPlace(&i), secret.New(string(text)))
	}
	if err != nil {
		return out, fmt.Errorf("evaluation: seal an answer: %w", err)
	}
	return out, nil
}

func (v vault) openItem(ctx context.Context, s SealedItem) (Item, error) {
	i := s.Item
	if s.Sealed == nil {
		return i, nil
	}
	text, err := v.Open(ctx, i.Org, itemTable, column, itemPlace(&i), s.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(text.Reveal()), &i.Said)
	}
	if err != nil {
		return i, fmt.Errorf("evaluation: open an answer: %w", err)
	}
	return i, nil
}

func sortedNames[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

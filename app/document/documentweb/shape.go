package documentweb

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	views "github.com/bodhi-gateway/bodhi/views/document"
)

// add shows one member of a result: facts together, texts and lists each as a block.
func (o *outcome) add(m tool.Member, v any) {
	switch v := v.(type) {
	case map[string]any:
		f := views.Facet{Name: title(m.Name), Value: text(v["value"]), Page: text(v["page"])}
		if f.Value != "" {
			f.Sure = sure(v["confidence"])
			f.Found = map[any]string{true: "yes", false: "no"}[v["found"]]
		}
		o.Facets = append(o.Facets, f)
	case string:
		if v != "" {
			o.Blocks = append(o.Blocks, views.Block{Title: title(m.Name), Text: v})
		}
	case []any:
		o.list(m, v)
	}
}

// mostRows is how many rows of a list the page shows; the files have all.
const mostRows = 500

func (o *outcome) list(m tool.Member, rows []any) {
	b := views.Block{Title: title(m.Name)}
	for _, of := range m.Of {
		b.Columns = append(b.Columns, title(of.Name))
	}
	b.Columns = append(b.Columns, "Page", "Confidence")
	for i, r := range rows {
		row, _ := r.(map[string]any)
		if i >= mostRows {
			o.Warnings = append(o.Warnings, fmt.Sprintf("Only the first %d rows of %q are shown here; the saved files have all %d.", mostRows, title(m.Name), len(rows)))
			break
		}
		if grid, ok := row["rows"].([][]string); ok {
			o.table(row, grid)
			continue
		}
		if m.Name == "pages" {
			o.Blocks = append(o.Blocks, views.Block{Title: strings.TrimSpace("Page " + text(row["page"]) + " " + text(row["name"])), Text: text(row["text"])})
			continue
		}
		var cells []string
		for _, of := range m.Of {
			cells = append(cells, text(row[of.Name]))
		}
		b.Rows = append(b.Rows, append(cells, text(row["page"]), sure(row["confidence"])))
	}
	if len(b.Rows) > 0 {
		o.Blocks = append(o.Blocks, b)
	}
}

func (o *outcome) table(row map[string]any, grid [][]string) {
	columns, _ := row["columns"].([]string)
	for _, r := range grid {
		for len(columns) < len(r) {
			columns = append(columns, fmt.Sprint(len(columns)+1))
		}
	}
	if len(columns) == 0 {
		return
	}
	o.Blocks = append(o.Blocks, views.Block{Title: strings.TrimSpace(text(row["title"]) + " (page " + text(row["page"]) + ")"), Columns: columns, Rows: grid[:min(len(grid), mostRows)]})
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func sure(v any) string {
	f, ok := v.(float64)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d %%", int(f*100+0.5))
}

// title is a member's name as people write it.
func title(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

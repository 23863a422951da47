package document

import (
	"errors"
	"fmt"
	"strings"
)

// deck reads a presentation, slide by slide, with the speaker's notes.
func deck(z *packed, k *keep) error {
	const part = "ppt/presentation.xml"
	parts, err := z.related(part)
	if err != nil {
		return err
	}
	var slides []string
	if err := z.each(part, func(e *element) error {
		if e.begins && e.name == "sldId" {
			for _, a := range e.attrs {
				if a.Name.Space == "r" && a.Name.Local == "id" && len(slides) < mostEntries {
					slides = append(slides, parts[a.Value])
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for i, slide := range slides {
		text, err := drawn(z, slide, k.limits.Text)
		if err != nil {
			return err
		}
		notes, err := z.related(slide)
		if err != nil {
			return err
		}
		for _, n := range notes {
			if strings.Contains(n, "notesSlide") {
				said, err := drawn(z, n, k.limits.Text)
				if err != nil {
					return err
				}
				if said = strings.TrimSpace(said); said != "" && said != fmt.Sprint(i+1) {
					text += "\nNotes: " + said
				}
			}
		}
		if !k.page(Page{Number: i + 1, Text: text}, len(slides)) {
			return errEnough
		}
	}
	return nil
}

// drawn is the text of a drawing's shapes and tables.
func drawn(z *packed, part string, most int) (string, error) {
	var out strings.Builder
	inText, cells := false, 0
	err := z.each(part, func(e *element) error {
		switch {
		case out.Len() > most:
			return errStop
		case e.name == "" && inText:
			out.WriteString(e.text)
		case e.name == "t":
			inText = e.begins
		case e.name == "tc" && e.begins:
			cells++
		case e.name == "tc":
			cells--
			out.WriteByte('\t')
		case !e.begins && e.name == "p" && cells > 0:
			out.WriteByte(' ')
		case !e.begins && (e.name == "p" || e.name == "tr"), e.begins && e.name == "br":
			out.WriteByte('\n')
		}
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return out.String(), err
}

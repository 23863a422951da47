// Package ui is the design system: the parts that all pages are made of. A living style page shows each of them
// (Styleguide, at /dev/ui). Parts take plain props and finished text; they know no room, format no money and compute
// no dates. Nothing in them is inline, so they run under the strictest content security policy, and everything works
// without scripts.
//
//	Head      top of a page: title, one line, breadcrumbs, buttons      Card, Grid, Split, Stack  places
//	Form      POST form with Fields, Select, Choices, Checkbox, Actions Field  input, label, hint, error
//	Button    button or link: Primary, Secondary, Quiet, Destructive    Confirm  question before an act, no script
//	Table     rows that become cards on small screens; Td, Text, Cell   Pager, Tabs, Breadcrumbs
//	Stat      one figure with change and sparkline                      Bars, Spark, Shares, Burn  charts, drawn in SVG
//	Status    pill with icon and word; Tag without                      Progress, Meter, Bar  how much of something
//	Empty     nothing here: NeverAny, FilteredOut, Failed, NotAllowed   Alert  message inside a page
//	Code      block with copy button; Snippets with tabs; Copy          Facts, Time, Amount  names and values
//	Part      a piece that htmx may fetch alone (never templ.Fragment)
//	Icon      one of Tabler's, listed in scripts/vendor.mjs
//
// A page is written like this (and wrapped in layout.Page):
//
//	templ Keys(p KeysPage) {
//		@layout.Page(p.Shell) {
//			@ui.Head(ui.HeadProps{Title: "Keys", Sub: "What your apps log in with.", Actions: newKey()})
//			@ui.Card(ui.CardProps{Title: "New key"}) {
//				@ui.Form(ui.FormProps{ID: "new-key", Action: "/keys", Error: p.Error}) {
//					@ui.Field(ui.FieldProps{Name: "name", Label: "Name", Value: p.Name, Error: p.NameError, Required: true})
//					@ui.Actions() {
//						@ui.Button(ui.ButtonProps{Label: "Create key", Kind: ui.Primary})
//					}
//				}
//			}
//		}
//	}
//
// Mind templ's trap: "@part(x) { expr }" on one line makes a children block of the text; break the line after "{".
package ui

package admin

import (
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"strings"

	"github.com/autoclaim/autoclaim/internal/csvfile"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// UserFile is the content of a directory's export.
type UserFile struct {
	// Rows counts all rows with content, including skipped ones.
	Rows int
	// Users are in the order of their rows.
	Users []licensing.User
	// Skipped are rows that could not be read, or that contradict an earlier row of the same user.
	Skipped csvfile.Notes
	// Repeated are rows that say again what another row says.
	Repeated csvfile.Notes
	// Emails are cells that are no addresses. Their users are read without them.
	Emails csvfile.Notes

	places map[string]place // Of each user, by external id.
}

// place says where a user is: on which line of the file, and at which index of the list.
type place struct{ line, index int }

// The file's columns.
const (
	columnExternalID = iota
	columnDisplayName
	columnEmail
)

// userColumns returns the columns with their names in the exports of directories. Which of a directory's ids is the one in
// tokens depends on the provider, so that only names that leave no doubt stand for the external id.
func userColumns() []csvfile.Column {
	return []csvfile.Column{
		{Name: "external_id", Aliases: []string{"user external id", "object id", "user object id", "oid", "sub"}, Verbatim: true},
		{Name: "display_name", Aliases: []string{"name", "full name", "user display name"}},
		{Name: "email", Aliases: []string{"mail", "email address", "mail address", "user email", "primary SMTP address"}},
	}
}

func userColumnName(column int) string { return userColumns()[column].Name }

// ReadUsers reads the export of a directory within limits: CSV with the columns external_id, display_name and email, of
// which the first must not be empty; see [csvfile.Read] for the format. If rows say different things about one user, the
// first counts. If the file is broken, the error names the lines at fault.
func ReadUsers(r io.Reader, limits csvfile.Limits) (*UserFile, error) {
	f := &UserFile{places: make(map[string]place)}

	report, err := csvfile.Read(r, csvfile.Format{
		What: "the users file", Columns: userColumns(), Limits: limits,
		Source: "It needs the columns external_id, display_name and email.",
	}, f.add)
	if err != nil {
		return nil, err
	}

	if len(f.Users) == 0 {
		return nil, errors.New("the users file has a header but no rows that can be read")
	}

	f.Rows, f.Skipped = report.Rows, report.Skipped

	return f, nil
}

// add adds the user of a row. It returns what is wrong with the row, or an empty text.
func (f *UserFile) add(line int, cells []string) (problem string) {
	if problem := checkUser(cells); problem != "" {
		return problem
	}

	user := licensing.User{ExternalID: cells[columnExternalID], DisplayName: cells[columnDisplayName]}

	address, ok := emailAddress(cells[columnEmail])
	user.Email = address

	if first, known := f.places[user.ExternalID]; known {
		if f.Users[first.index] != user {
			return fmt.Sprintf("external_id %q is on line %d already, with another name or email: the first counts",
				user.ExternalID, first.line)
		}

		f.Repeated.Add(line, fmt.Sprintf("external_id %q is on line %d already", user.ExternalID, first.line))

		return ""
	}

	if !ok {
		f.Emails.Add(line, fmt.Sprintf("email %.60q is no address", cells[columnEmail]))
	}

	f.places[user.ExternalID] = place{line: line, index: len(f.Users)}
	f.Users = append(f.Users, user)

	return ""
}

// rounded is what spreadsheet programs make of long numbers.
var rounded = regexp.MustCompile(`^[0-9]([.,][0-9]+)?E\+[0-9]{1,3}$`)

// checkUser returns what is wrong with the cells of a user.
func checkUser(cells []string) (problem string) {
	if err := licensing.CheckIdentifier(cells[columnExternalID]); err != nil {
		return fmt.Sprintf("%s: %v", userColumnName(columnExternalID), err)
	}

	if rounded.MatchString(cells[columnExternalID]) {
		return fmt.Sprintf("external_id %q is a number that a spreadsheet has rounded: export the file again, without opening it there",
			cells[columnExternalID])
	}

	for _, column := range []int{columnDisplayName, columnEmail} {
		if err := licensing.CheckStorable(cells[column]); err != nil {
			return fmt.Sprintf("%s: %v", userColumnName(column), err)
		}
	}

	return ""
}

// emailAddress returns the address of a cell, which may have a name or a prefix such as "mailto:" before it. ok is false
// if the cell has something else.
func emailAddress(cell string) (address string, ok bool) {
	if cell == "" {
		return "", true
	}

	for _, prefix := range []string{"mailto:", "smtp:"} {
		if len(cell) > len(prefix) && strings.EqualFold(cell[:len(prefix)], prefix) {
			cell = cell[len(prefix):]
		}
	}

	parsed, err := mail.ParseAddress(cell)

	switch {
	case err != nil:
		return "", false
	case strings.HasSuffix(cell, ">"):
		return parsed.Address, licensing.CheckStorable(parsed.Address) == nil
	default:
		return cell, licensing.IsEmail(cell)
	}
}

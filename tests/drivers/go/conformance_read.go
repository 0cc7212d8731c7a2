// The operations of the conformance driver that read.

package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"time"

	"golang.org/x/telemetry/internal/counter"
	"golang.org/x/telemetry/internal/telemetry"
)

// dateOnly is telemetry.DateOnly, which is not in every x/telemetry: that of
// go1.23 uses this one of package time.
const dateOnly = time.DateOnly

const secondsOfDay = 24 * 60 * 60

// file is the name and the content of the file that the arguments name.
func (t task) file() (string, []byte, error) {
	var args struct {
		File string `json:"file"`
	}
	if err := t.read(&args); err != nil {
		return "", nil, err
	}
	path, err := t.path(args.File)
	if err != nil {
		return "", nil, err
	}
	data, err := os.ReadFile(path)
	return args.File, data, err
}

// readFile takes a count file as the uploader does.
func readFile(t task) (any, error) {
	name, data, err := t.file()
	if err != nil {
		return nil, err
	}
	file, err := counter.Parse(name, data)
	if err != nil {
		return nil, refused{err}
	}
	meta := make(map[string]string, len(file.Meta))
	for key, value := range file.Meta {
		meta[toHex(key)] = toHex(value)
	}
	counters := make(map[string]string, len(file.Count))
	for name, count := range file.Count {
		counters[toHex(name)] = strconv.FormatUint(count, 10)
	}
	return map[string]any{"meta": meta, "counters": counters}, nil
}

func decodeName(t task) (any, error) {
	var args struct {
		Name string `json:"name"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	name, err := fromHex(args.Name)
	if err != nil {
		return nil, err
	}
	return map[string]string{"name": toHex(counter.DecodeStack(name))}, nil
}

// readText parses the text of a date or time as x/telemetry does everywhere.
func readText(t task, layout string) (time.Time, error) {
	var args struct {
		Text string `json:"text"`
	}
	if err := t.read(&args); err != nil {
		return time.Time{}, err
	}
	text, err := fromHex(args.Text)
	if err != nil {
		return time.Time{}, err
	}
	read, err := time.Parse(layout, text)
	if err != nil {
		return time.Time{}, refused{err}
	}
	return read, nil
}

func readDate(t task) (any, error) {
	date, err := readText(t, dateOnly)
	if err != nil {
		return nil, err
	}
	// A date is a whole number of days, before 1970 as well.
	days := date.Unix() / secondsOfDay
	return map[string]string{"days": strconv.FormatInt(days, 10)}, nil
}

func readTime(t task) (any, error) {
	read, err := readText(t, time.RFC3339)
	if err != nil {
		return nil, err
	}
	return map[string]string{"seconds": strconv.FormatInt(read.Unix(), 10)}, nil
}

func readWeekends(t task) (any, error) {
	telemetry.Default = telemetry.NewDir(t.dir)
	weekday, err := counter.WeekEnd()
	if err != nil {
		return nil, refusedUnlessOfFile(err)
	}
	return map[string]int{"weekday": int(weekday)}, nil
}

// readMode asks x/telemetry's two questions of the mode: file.rotate1 counts
// unless it is `off`, and the uploader sends if it is `on`.
func readMode(t task) (any, error) {
	var args struct {
		Environment map[string]string `json:"environment"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	var mode string
	var asOf time.Time
	err := withEnvironment(args.Environment, func() error {
		mode, asOf = telemetry.NewDir(t.dir).Mode()
		return nil
	})
	if err != nil {
		return nil, err
	}
	result := map[string]any{"counts": mode != "off", "sends": mode == "on", "as_of": nil}
	if mode == "on" && !asOf.IsZero() {
		result["as_of"] = asOf.Format(dateOnly)
	}
	return result, nil
}

type program struct {
	Program   string            `json:"program"`
	Version   string            `json:"version"`
	GoVersion string            `json:"go_version"`
	GOOS      string            `json:"goos"`
	GOARCH    string            `json:"goarch"`
	Counters  map[string]string `json:"counters"`
	Stacks    map[string]string `json:"stacks"`
}

func readReport(t task) (any, error) {
	_, data, err := t.file()
	if err != nil {
		return nil, err
	}
	var report telemetry.Report
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, refused{err}
	}
	programs := make([]*program, len(report.Programs))
	for i, read := range report.Programs {
		// What is null in the report is null in the answer.
		if read != nil {
			programs[i] = &program{
				read.Program, read.Version, read.GoVersion, read.GOOS, read.GOARCH,
				counts(read.Counters), counts(read.Stacks),
			}
		}
	}
	return map[string]any{"week": report.Week, "programs": programs}, nil
}

func counts(read map[string]int64) map[string]string {
	counts := make(map[string]string, len(read))
	for name, count := range read {
		counts[toHex(name)] = strconv.FormatInt(count, 10)
	}
	return counts
}

// findDir asks a process of this program that has the environment:
// telemetry.Default is set as it starts.
func findDir(t task) (any, error) {
	var args struct {
		Environment map[string]string `json:"environment"`
		Tool        *string           `json:"tool"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	if args.Tool != nil {
		return nil, skipped{errors.New("x/telemetry knows the Go project's directory alone")}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.Command(self, "default-dir")
	child.Env = []string{}
	for name, value := range args.Environment {
		child.Env = append(child.Env, name+"="+value)
	}
	dir, err := child.Output()
	if err != nil {
		return nil, err
	}
	if len(dir) == 0 {
		return map[string]any{"dir": nil}, nil
	}
	return map[string]string{"dir": string(dir)}, nil
}

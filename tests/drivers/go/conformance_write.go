// The operations of the conformance driver that write.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/telemetry/internal/counter"
	"golang.org/x/telemetry/internal/telemetry"
)

// How often a race looks for its barrier, and for how long.
const (
	barrierPause = 200 * time.Microsecond
	barrierLimit = 30 * time.Second
)

func setMode(t task) (any, error) {
	var args struct {
		Mode string    `json:"mode"`
		Now  time.Time `json:"now"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	if err := telemetry.NewDir(t.dir).SetModeAsOf(args.Mode, args.Now); err != nil {
		return nil, refusedUnlessOfFile(err)
	}
	return none{}, nil
}

// setClock makes now the present for x/telemetry.
func setClock(now time.Time) {
	counter.CounterTime = func() time.Time { return now.UTC() }
}

func span(t task) (any, error) {
	var args struct {
		Now time.Time `json:"now"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	telemetry.Default = telemetry.NewDir(t.dir)
	setClock(args.Now)
	begin, end, err := counter.CounterSpan()
	if err != nil {
		return nil, refusedUnlessOfFile(err)
	}
	return map[string]string{"begin": begin.Format(dateOnly), "end": end.Format(dateOnly)}, nil
}

type identity struct {
	Program   string `json:"program"`
	Version   string `json:"version"`
	GoVersion string `json:"go_version"`
	GOOS      string `json:"goos"`
	GOARCH    string `json:"goarch"`
}

// identityOf is what x/telemetry calls a program that was built like this.
func identityOf(build *debug.BuildInfo) identity {
	goVersion, program, version := telemetry.ProgramInfo(build)
	return identity{program, version, goVersion, runtime.GOOS, runtime.GOARCH}
}

func buildInfo(path, version, goVersion string) *debug.BuildInfo {
	return &debug.BuildInfo{
		GoVersion: goVersion,
		Path:      path,
		Main:      debug.Module{Path: path, Version: version},
	}
}

// recorderFor gives the recorder of a program that has this identity.
func recorderFor(wanted identity) (*counter.Recorder, error) {
	build := buildInfo(wanted.Program, wanted.Version, wanted.GoVersion)
	if has := identityOf(build); has != wanted {
		return nil, skipped{fmt.Errorf("a program built as %+v has the identity %+v", wanted, has)}
	}
	return counter.NewRecorder(build), nil
}

// identify lets a program that was built like this open its count file on the
// day begin, in a directory whose weeks end on the weekday of end.
func identify(t task) (any, error) {
	var args struct {
		Path      string `json:"path"`
		Argv0     string `json:"argv0"`
		Version   string `json:"version"`
		GoVersion string `json:"go_version"`
		GOOS      string `json:"goos"`
		GOARCH    string `json:"goarch"`
		Begin     string `json:"begin"`
		End       string `json:"end"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	if args.GOOS != runtime.GOOS || args.GOARCH != runtime.GOARCH {
		return nil, skipped{errors.New("GOOS and GOARCH are those of this program")}
	}
	if err := prepareSpan(t.dir, args.Begin, args.End); err != nil {
		return nil, err
	}
	argv0 := os.Args[0]
	defer func() { os.Args[0] = argv0 }()
	os.Args[0] = args.Argv0

	build := buildInfo(args.Path, args.Version, args.GoVersion)
	recorder := counter.NewRecorder(build)
	if err := recorder.Open(); err != nil {
		return nil, refused{err}
	}
	defer recorder.Close()
	path, meta := recorder.Current()
	written, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	const metaOff = 32
	return map[string]any{
		"identity": identityOf(build),
		"file":     filepath.Base(path),
		"meta":     toHex(string(written[metaOff : metaOff+len(meta)])),
	}, nil
}

// prepareSpan sets clock and directory so that a file that is opened has this
// span, if x/telemetry agrees to it.
func prepareSpan(dir, first, last string) error {
	begin, err := time.Parse(dateOnly, first)
	if err != nil {
		return err
	}
	end, err := time.Parse(dateOnly, last)
	if err != nil {
		return err
	}
	telemetry.Default = telemetry.NewDir(dir)
	setClock(begin)
	weekday := fmt.Sprintf("%d\n", end.Weekday())
	if err := putFile(filepath.Join(telemetry.Default.LocalDir(), "weekends"), weekday); err != nil {
		return err
	}
	gotBegin, gotEnd, err := counter.CounterSpan()
	if err != nil {
		return err
	}
	if !gotBegin.Equal(begin) || !gotEnd.Equal(end) {
		return skipped{fmt.Errorf("no file of x/telemetry begins on %s and ends on %s", first, last)}
	}
	return nil
}

// putFile is for the suite: it writes without x/telemetry.
func putFile(path, data string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(data), 0o644)
}

// encodeValue writes a value as the uploader writes those of a report.
func encodeValue(value any) (string, error) {
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return "", refused{err}
	}
	return string(text), nil
}

func encodeString(t task) (any, error) {
	var args struct {
		Bytes string `json:"bytes"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	text, err := fromHex(args.Bytes)
	if err != nil {
		return nil, err
	}
	encoded, err := encodeValue(text)
	if err != nil {
		return nil, err
	}
	return map[string]string{"json": toHex(encoded)}, nil
}

func encodeFloat(t task) (any, error) {
	var args struct {
		Bits uint64 `json:"bits,string"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	encoded, err := encodeValue(math.Float64frombits(args.Bits))
	if err != nil {
		return nil, err
	}
	return map[string]string{"json": encoded}, nil
}

// counters are the counters of a program, one for each name.
type counters struct {
	recorder *counter.Recorder
	named    map[string]*counter.Counter
}

func countersOf(recorder *counter.Recorder) counters {
	return counters{recorder, make(map[string]*counter.Counter)}
}

func (c counters) get(name string) *counter.Counter {
	known := c.named[name]
	if known == nil {
		known = c.recorder.New(name)
		c.named[name] = known
	}
	return known
}

type step struct {
	Do    string    `json:"do"`
	Name  string    `json:"name"`
	N     string    `json:"n"`
	Now   time.Time `json:"now"`
	File  string    `json:"file"`
	Bytes string    `json:"bytes"`
}

func write(t task) (any, error) {
	var args struct {
		Identity    identity          `json:"identity"`
		Environment map[string]string `json:"environment"`
		Steps       []step            `json:"steps"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	recorder, err := recorderFor(args.Identity)
	if err != nil {
		return nil, err
	}
	defer recorder.Close()
	telemetry.Default = telemetry.NewDir(t.dir)
	counters := countersOf(recorder)
	err = withEnvironment(args.Environment, func() error {
		for _, step := range args.Steps {
			if err := take(step, t, counters); err != nil {
				return err
			}
		}
		return nil
	})
	return none{}, err
}

func take(step step, t task, counters counters) error {
	switch step.Do {
	case "add":
		name, err := fromHex(step.Name)
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(step.N, 10, 64)
		if err != nil {
			return err
		}
		add(counters.get(name), n)
		return nil
	case "open":
		at(step.Now, counters.recorder.Open)
		return nil
	case "rotate":
		at(step.Now, counters.recorder.Rotate)
		return nil
	case "put":
		data, err := fromHex(step.Bytes)
		if err != nil {
			return err
		}
		path, err := t.path(step.File)
		if err != nil {
			return err
		}
		return putFile(path, data)
	case "delete":
		path, err := t.path(step.File)
		if err != nil {
			return err
		}
		return os.Remove(path)
	}
	return skipped{fmt.Errorf("no step is called %q", step.Do)}
}

// at calls what opens a count file at the time now. That there is none is no
// error: the suite looks at the files, and people at the standard error.
func at(now time.Time, open func() error) {
	setClock(now)
	if err := open(); err != nil {
		fmt.Fprintf(os.Stderr, "no count file at %v: %v\n", now, err)
	}
}

// add adds what one call of Add cannot in several.
func add(to *counter.Counter, n uint64) {
	for ; n > math.MaxInt64; n -= math.MaxInt64 {
		to.Add(math.MaxInt64)
	}
	to.Add(int64(n))
}

func race(t task) (any, error) {
	var args struct {
		Identity identity  `json:"identity"`
		Now      time.Time `json:"now"`
		Barrier  string    `json:"barrier"`
		Names    []string  `json:"names"`
		Rounds   int       `json:"rounds"`
		Cold     bool      `json:"cold"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	recorder, err := recorderFor(args.Identity)
	if err != nil {
		return nil, err
	}
	defer recorder.Close()
	names := make([]string, len(args.Names))
	for i, digits := range args.Names {
		if names[i], err = fromHex(digits); err != nil {
			return nil, err
		}
	}
	telemetry.Default = telemetry.NewDir(t.dir)
	if !args.Cold {
		at(args.Now, recorder.Open)
	}
	barrier, err := t.path(args.Barrier)
	if err != nil {
		return nil, err
	}
	if err := waitFor(barrier); err != nil {
		return nil, err
	}
	if args.Cold {
		at(args.Now, recorder.Open)
	}
	counters := countersOf(recorder)
	for range args.Rounds {
		for _, name := range names {
			counters.get(name).Inc()
		}
	}
	return none{}, nil
}

func waitFor(barrier string) error {
	for deadline := time.Now().Add(barrierLimit); time.Now().Before(deadline); {
		if _, err := os.Stat(barrier); err == nil {
			return nil
		}
		time.Sleep(barrierPause)
	}
	return fmt.Errorf("%s did not appear", barrier)
}

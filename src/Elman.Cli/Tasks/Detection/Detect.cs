using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman detect MODEL DATA|-: judges each row, from a file or as it comes in.</summary>
internal sealed class Detect
{
    private readonly Argument<string> _model = new("MODEL") { Description = "A detector." };
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<double> _sensitivity = Checked.RealNumber("--sensitivity", "0 to 99: the higher, the narrower the margins. [default: the model's]", 0, 99, 0);
    private readonly Option<bool> _alarm = new("--alarm") { Description = "Write only rows with an alarm; the exit code is 3 if there was one." };
    private readonly Option<string?> _state = new("--state") { Description = "A file to go on from, if it is there, and to leave the state in.", HelpName = "file" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the rows go. [default: standard output]", HelpName = "out.csv" };
    private readonly DataArguments _file = DataArguments.OfModel();

    private Detect() => _sensitivity.DefaultValueFactory = null;

    public static Verb Create(Terminal terminal)
    {
        var options = new Detect();
        var verb = new Verb("detect", "Find anomalies and changes in rows, as they come.",
            "elman detect pump.elman sensors.csv -o judged.csv",
            "tail -n +1 -f sensors.csv | elman detect pump.elman - --alarm",
            "elman detect pump.elman today.csv --sensitivity 70 --state pump.state") { options._model, options._data, options._sensitivity, options._alarm, options._state, options._output };
        foreach (var option in options._file.OfFile) verb.Options.Add(option);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string place = given.GetRequiredValue(_model), data = given.GetRequiredValue(_data);
        foreach (string output in new[] { given.GetValue(_output), given.GetValue(_state) }.OfType<string>())
        {
            OutputPlace.CheckApart(output, place, data);
            OutputPlace.Check(output);
        }

        var file = ModelPlace.Read(place);
        if (file.Task != AnomalyDetector.TaskName) throw new ElmanException($"{place}: a {file.Task}, which finds no anomalies; give a model that 'elman train detect' made");
        var model = (AnomalyDetector)TaskRegistry.Load(file);
        var stream = Open(model, given);
        bool alarmed = false;
        void Write(TextWriter writer) => alarmed = data == "-"
            ? FromInput(model, stream, given, terminal, writer)
            : new DetectionCells(model).Write(_file.ReadTable(given, data, terminal.Input), stream, given.GetValue(_alarm), writer);
        if (given.GetValue(_output) is { } path) CsvFile.WriteText(path, Write);
        else Write(terminal.FileOut);
        if (given.GetValue(_state) is { } state) AtomicFile.Write(state, bytes => bytes.Write(stream.ToBytes()));
        return alarmed && given.GetValue(_alarm) ? ExitCode.Alarm : ExitCode.Done;
    }

    private DetectionStream Open(AnomalyDetector model, ParseResult given)
    {
        double? sensitivity = given.GetResult(_sensitivity) is { Implicit: false } ? given.GetValue(_sensitivity) : null;
        if (given.GetValue(_state) is not { } state || !File.Exists(state)) return model.OpenStream(sensitivity);
        if (sensitivity is not null) throw new ElmanException($"{state} holds a stream with its sensitivity; leave --sensitivity out, or begin anew with another file");
        try
        {
            return DetectionStream.FromBytes(model, File.ReadAllBytes(state));
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{state}: {failure.Message}", failure);
        }
    }

    /// <summary>Each line is answered before the next is read.</summary>
    private bool FromInput(AnomalyDetector model, DetectionStream stream, ParseResult given, Terminal terminal, TextWriter writer)
    {
        using var reader = new StreamReader(terminal.Input);
        if (reader.ReadLine() is not { } header) throw new ElmanException("standard input is empty; its first line must name the columns");
        var lines = new DetectionLines(model, header, _file.Missing(given));
        var cells = new DetectionCells(model);
        writer.Write(lines.Beside(lines.Header, cells.HeadBeside(lines.Columns)) + "\n");
        writer.Flush();
        bool alarmed = false;
        while (reader.ReadLine() is { } line)
        {
            if (line.AsSpan().Trim().IsEmpty)
            {
                lines.Skip();
                continue;
            }

            var said = stream.Push(lines.Read(line));
            alarmed |= said.IsAlarm;
            if (!said.IsAlarm && given.GetValue(_alarm)) continue;
            writer.Write(lines.Beside(line, cells.Of(said)) + "\n");
            writer.Flush();
        }

        return alarmed;
    }
}

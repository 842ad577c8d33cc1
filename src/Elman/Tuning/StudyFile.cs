using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>
/// A study as JSON lines, which only grow: what the study is, then each rung that is done as soon as it is, and how many trials a time limit allowed. A line that a
/// crash cut short does not count.
/// </summary>
internal sealed class StudyFile : IDisposable
{
    private const string Version = "elman-study 1";

    private readonly string _path;
    private readonly FileStream? _stream;

    private StudyFile(string path, FileStream? stream) => (_path, _stream) = (path, stream);

    /// <summary>The rungs that were done before.</summary>
    public List<RungResult> Results { get; } = [];

    /// <summary>How many trials a time limit allowed, if that was found out before.</summary>
    public int? Trials { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="resume">Whether it goes on with what is there.</param>
    /// <param name="study">What the study is: its names and values.</param>
    /// <exception cref="ElmanException">There is a study already, or another one, or the place cannot be written.</exception>
    public static StudyFile Open(string? path, bool resume, IReadOnlyList<(string Name, string Value)> study)
    {
        if (path is null) return new StudyFile("", null);
        try
        {
            if (!resume && File.Exists(path) && new FileInfo(path).Length > 0)
                throw new ElmanException($"{path} holds a study; go on with it by resuming, or delete it to begin anew");
            FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            StudyFile file = new(path, stream);
            try
            {
                file.Read(study);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
            return file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ElmanException($"cannot write the study {path}: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}", failure);
        }
    }

    /// <summary>Adds a rung that is done.</summary>
    public void Add(RungResult result) => Append(json =>
    {
        json.WriteNumber("trial", result.Trial);
        json.WriteNumber("rung", result.Rung);
        json.WriteNumber("budget", result.Budget);
        if (double.IsFinite(result.Loss)) json.WriteNumber("loss", result.Loss);
        else json.WriteNull("loss");
        json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
        json.WriteNumber("at", Math.Round(result.At, 3));
        json.WriteStartObject("settings");
        foreach ((string name, string text) in result.Settings) json.WriteString(name, text);
        json.WriteEndObject();
    });

    /// <summary>Adds how many trials the time limit allowed.</summary>
    public void AddTrials(int trials) => Append(json => json.WriteNumber("trials", trials));

    public void Dispose() => _stream?.Dispose();

    private void Append(Action<Utf8JsonWriter> fields)
    {
        if (_stream is null) return;
        string line = JsonText.Of(json =>
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        });
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _stream.Flush();
        }
        catch (IOException failure)
        {
            throw new ElmanException($"cannot write the study {_path}: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}", failure);
        }
    }

    private void Read(IReadOnlyList<(string Name, string Value)> study)
    {
        byte[] bytes = new byte[_stream!.Length];
        _stream.ReadExactly(bytes);
        int whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _stream.SetLength(whole);
        _stream.Position = whole;
        string[] lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
            Append(json => WriteStudy(json, study));
        for (int i = 0; i < lines.Length; i++)
        {
            string where = $"{_path}, line {i + 1}";
            try
            {
                using JsonDocument line = JsonDocument.Parse(lines[i]);
                if (i == 0) Compare(line.RootElement, where, study);
                else if (line.RootElement.TryGetProperty("trials", out _)) Trials = (int)line.RootElement.RequiredInteger(where, "trials", 1, int.MaxValue);
                else Results.Add(ReadResult(line.RootElement, where));
            }
            catch (Exception failure) when (failure is JsonException or InvalidOperationException)
            {
                throw new ElmanException($"{where}: expected a line of a study, found something else; give another file, or delete it to begin anew", failure);
            }
        }
    }

    private static void WriteStudy(Utf8JsonWriter json, IReadOnlyList<(string Name, string Value)> study)
    {
        json.WriteString("study", Version);
        foreach ((string name, string value) in study) json.WriteString(name, value);
    }

    private void Compare(JsonElement line, string where, IReadOnlyList<(string Name, string Value)> study)
    {
        if (line.RequiredString(where, "study") is var version && version != Version)
            throw new ElmanException($"{where}: a study of the version '{version}', expected '{Version}'");
        foreach ((string name, string value) in study)
        {
            if (line.RequiredString(where, name) is var found && found != value)
                throw new ElmanException($"{_path} holds another study: there '{name}' is {Short(found)}, here it is {Short(value)}; "
                    + "give what it was begun with, or another file");
        }
    }

    private static string Short(string text)
    {
        const int most = 60;
        return text.Length > most ? $"'{text[..most]}…'" : $"'{text}'";
    }

    private static RungResult ReadResult(JsonElement line, string where)
    {
        double loss = line.TryGetProperty("loss", out JsonElement value) && value.ValueKind == JsonValueKind.Null
            ? double.PositiveInfinity : line.RequiredNumber(where, "loss");
        Dictionary<string, string> settings = line.Required(where, "settings", JsonValueKind.Object).EnumerateObject()
            .ToDictionary(field => field.Name, field => field.Value.GetString() ?? "");
        return new RungResult(
            (int)line.RequiredInteger(where, "trial", 0, int.MaxValue), settings, (int)line.RequiredInteger(where, "rung", 0, int.MaxValue),
            (int)line.RequiredInteger(where, "budget", 1, int.MaxValue), loss, line.RequiredNumber(where, "seconds"), line.RequiredNumber(where, "at"));
    }
}

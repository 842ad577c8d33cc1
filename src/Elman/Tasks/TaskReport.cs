using System.Text.Json;

namespace Elman;

/// <summary>What an evaluation found: a value that prints itself and turns into JSON.</summary>
public abstract class TaskReport
{
    /// <summary>The scores as JSON; numbers are exact.</summary>
    public string ToJson() => JsonText.Of(Write);

    /// <summary>Writes the scores as one JSON object.</summary>
    public abstract void Write(Utf8JsonWriter json);

    /// <summary>The scores as a table of text.</summary>
    public abstract override string ToString();
}

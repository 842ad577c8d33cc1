using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>
/// How well a language model foretells a text that it has not seen: each token from all before it, with the state carried from the beginning to the end. The first token is given.
/// </summary>
public sealed class LanguageReport : TaskReport
{
    /// <summary>A report.</summary>
    /// <param name="tokens">Tokens that were foretold.</param>
    /// <param name="characters">Characters (Unicode scalar values) of the text.</param>
    /// <param name="unknown">Tokens that the model does not know; it foretold that they are none it knows.</param>
    /// <param name="nats">−Σ ln p of the tokens.</param>
    /// <param name="floorNats">The same where every token is as probable as it is frequent in training.</param>
    public LanguageReport(long tokens, long characters, long unknown, double nats, double floorNats) =>
        (Tokens, Characters, Unknown, Nats, FloorNats) = (tokens, characters, unknown, nats, floorNats);

    /// <summary>Tokens that were foretold.</summary>
    public long Tokens { get; }

    /// <summary>Characters (Unicode scalar values) of the text.</summary>
    public long Characters { get; }

    /// <summary>Tokens that the model does not know.</summary>
    public long Unknown { get; }

    /// <summary>−Σ ln p of the tokens.</summary>
    public double Nats { get; }

    /// <summary>The same where every token is as probable as it is frequent in training.</summary>
    public double FloorNats { get; }

    /// <summary>Nats of a token.</summary>
    public double NatsPerToken => Nats / Math.Max(1, Tokens);

    /// <summary>e to the nats of a token: among how many equally probable ones the model chooses.</summary>
    public double Perplexity => Math.Exp(NatsPerToken);

    /// <summary>Bits of a character; the one number that compares models of different units.</summary>
    public double BitsPerCharacter => Nats / Math.Log(2) / Math.Max(1, Characters);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteNumber("tokens", Tokens);
        json.WriteNumber("characters", Characters);
        json.WriteNumber("unknown", Unknown);
        json.WriteNumber("nats", Nats);
        json.WriteNumber("floor_nats", FloorNats);
        json.WriteNumber("nats_per_token", NatsPerToken);
        json.WriteNumber("perplexity", Perplexity);
        json.WriteNumber("bits_per_character", BitsPerCharacter);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        double floor = FloorNats / Math.Max(1, Tokens);
        string text = string.Create(CultureInfo.InvariantCulture,
            $"""
            {Names.Count(Tokens, "token")}, {Names.Count(Characters, "character")}{(Unknown > 0 ? $"; {(double)Unknown / Math.Max(1, Tokens):P1} of the tokens are unknown" : "")}
            {NatsPerToken:0.000} nats a token, perplexity {Perplexity:0.##}, {BitsPerCharacter:0.000} bits a character
            floor: every token as frequent as in training, {floor:0.000} nats a token, perplexity {Math.Exp(floor):0.##}
            """);
        return text.ReplaceLineEndings(Environment.NewLine);
    }

    internal static LanguageReport Read(JsonElement json)
    {
        StrictFields fields = new(json, "report");
        LanguageReport report = new((long)fields.Figure("tokens"), (long)fields.Figure("characters"), (long)fields.Figure("unknown"), fields.Figure("nats"), fields.Figure("floor_nats"));
        foreach (string derived in (ReadOnlySpan<string>)["nats_per_token", "perplexity", "bits_per_character"]) _ = fields.Figure(derived);
        fields.Finish();
        return report;
    }
}

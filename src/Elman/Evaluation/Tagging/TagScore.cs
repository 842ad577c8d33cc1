using System.Text.Json;

namespace Elman;

/// <summary>How well one type of spans, or one tag, was found.</summary>
/// <param name="Name">The type or the tag.</param>
/// <param name="Support">How often it is there.</param>
/// <param name="Said">How often it was said.</param>
/// <param name="Right">How often it was said rightly: of a span, with both borders.</param>
public sealed record TagScore(string Name, int Support, int Said, int Right)
{
    /// <summary>Of what was said, the part that is right; 0 if nothing was said.</summary>
    public double Precision => Share(Right, Said);

    /// <summary>Of what is there, the part that was found; 0 if nothing is there.</summary>
    public double Recall => Share(Right, Support);

    /// <summary>The harmonic mean of both; 0 if nothing is right.</summary>
    public double F1 => Share(2 * Right, Said + Support);

    internal static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;

    internal static TagScore Read(JsonElement json)
    {
        int Whole(string name) => (int)json.RequiredInteger("report", name, 0, int.MaxValue);
        return new TagScore(json.RequiredString("report", "name"), Whole("support"), Whole("predicted"), Whole("correct"));
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteNumber("precision", Precision);
        json.WriteNumber("recall", Recall);
        json.WriteNumber("f1", F1);
        json.WriteNumber("support", Support);
        json.WriteNumber("predicted", Said);
        json.WriteNumber("correct", Right);
        json.WriteEndObject();
    }
}

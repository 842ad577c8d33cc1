using System.Text.Json;

namespace Elman;

/// <summary>How well one class was found: a label, a tag, or a type of spans.</summary>
/// <param name="Name">The class.</param>
/// <param name="Support">How often it is there.</param>
/// <param name="Said">How often it was said.</param>
/// <param name="Right">How often it was said rightly: of a span, with both borders.</param>
public sealed record ClassScore(string Name, int Support, int Said, int Right)
{
    /// <summary>Of what was said, the part that is right; 0 if nothing was said.</summary>
    public double Precision => Share(Right, Said);

    /// <summary>Of what is there, the part that was found; 0 if nothing is there.</summary>
    public double Recall => Share(Right, Support);

    /// <summary>The harmonic mean of both; 0 if nothing is right.</summary>
    public double F1 => Share(2.0 * Right, (double)Said + Support);

    /// <summary>The mean F1 of the classes that are there or were said, each as much.</summary>
    internal static double MacroF1(IEnumerable<ClassScore> scores) => scores.Where(score => score.Support + score.Said > 0).Select(score => score.F1).DefaultIfEmpty().Average();

    /// <summary>The mean F1, each class by its support.</summary>
    internal static double WeightedF1(IReadOnlyCollection<ClassScore> scores) => Share(scores.Sum(score => score.F1 * score.Support), scores.Sum(score => score.Support));

    /// <summary>F1 over all classes together.</summary>
    internal static double MicroF1(IReadOnlyCollection<ClassScore> scores) => Share(2.0 * scores.Sum(score => score.Right), scores.Sum(score => score.Support + score.Said));

    internal static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;

    internal static ClassScore Read(JsonElement json)
    {
        int Whole(string name) => (int)json.RequiredInteger("report", name, 0, int.MaxValue);
        return new ClassScore(json.RequiredString("report", "name"), Whole("support"), Whole("predicted"), Whole("correct"));
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

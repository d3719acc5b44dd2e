# The gallery: photographs by risk.

gallery-title = Photographs by risk
gallery-by = { $n ->
        [one] One photograph
       *[other] { COUNT($n) } photographs
    }, graded by { $model }
gallery-contents = Sections
gallery-title_refer = Refer
gallery-about_refer = Moderate non-proliferative retinopathy (grade 2) or worse, or above the grader's referral threshold; the highest probability first.
gallery-title_person = A person has to decide
gallery-about_person = The grade, the referral threshold and the signs of macular edema do not agree.
gallery-title_no_grade = No grade
gallery-about_no_grade = Not graded, for the reason given, and never counted as healthy: take the photograph again, or have a person look at the eye.
gallery-title_no_referral = No referral
gallery-about_no_referral = Grade 0 or 1 and below the referral threshold; the highest probability first.
gallery-outlined = Outlined:
gallery-none = None.
gallery-grade = Grade { $grade }, { $name }
gallery-says_refer = Refer to an ophthalmologist
gallery-says_by_point = Refer: above the referral threshold, though not by its grade
gallery-says_below = A person has to decide: referable by its grade, below the referral threshold
gallery-says_edema = A person has to decide: signs of macular edema are likely, the grade is not referable
gallery-says_no = No referral by this photograph
gallery-risk = Probability of a referable grade
gallery-edema = Signs of macular edema: probability { $p }, not calibrated
gallery-no_picture = no picture
gallery-more = All findings
gallery-open = Open the explanation as a picture
gallery-status_ungradable = Cannot be graded
gallery-status_not_fundus = Not a photograph of the retina
gallery-status_error = Could not be read
gallery-status_duplicate = The same photograph again

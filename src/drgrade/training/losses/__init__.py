"""What a training minimises: grades, lesions, weak labels, agreement with a teacher."""
